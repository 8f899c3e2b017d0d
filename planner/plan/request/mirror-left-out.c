/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mirror-left-out.c - notes on what a guest does not have of the machine it mirrors. */
#include "planner/plan/request/mirror-parts.h"

#include "topology/class-name.h"

/* How many functions of a class have no stand-in. */
struct count {
	const char *name;
	unsigned n;
};

static int by_count(const void *a, const void *b)
{
	const struct count *left = a, *right = b;

	if (left->n != right->n)
		return left->n > right->n ? -1 : 1;
	return strcmp(left->name, right->name);
}

static void note_classes(const struct machine *machine, struct request *request)
{
	VEC(struct count) counts = {};
	_cleanup_text_ struct text text = {};
	unsigned total = 0;

	for (size_t i = 0; i < machine->functions.n; i++) {
		const struct machine_function *function = &machine->functions.v[i];
		const char *name = pci_class_name(function->class_code);
		size_t k = 0;

		if (function->bridge || function->physical_function >= 0 ||
		    mirror_kind(function, &request->target))
			continue;
		while (k < counts.n && !streq(counts.v[k].name, name))
			k++;
		if (k == counts.n)
			*vec_add(&counts) = (struct count){name, 0};
		counts.v[k].n++;
		total++;
	}
	vec_sort(&counts, by_count);
	for (size_t i = 0; i < counts.n; i++)
		text_printf(&text, "%s%u x %s", i ? ", " : "", counts.v[i].n,
			    counts.v[i].name);
	if (total)
		request_note(
			request,
			"%u function%s left out, because there is no stand-in for %s kind: %s",
			total, total > 1 ? "s" : "", total > 1 ? "their" : "its", text.s);
	vec_free(&counts);
}

static void note_vfs(const struct machine *machine, struct request *request)
{
	unsigned listed = 0, told = 0, host, guest = 0;

	for (size_t i = 0; i < machine->functions.n; i++) {
		listed += machine->functions.v[i].physical_function >= 0;
		told += (unsigned)MAX(machine->functions.v[i].num_vfs, 0);
	}
	host = MAX(listed, told);
	for (size_t i = 0; i < request->devices.n; i++)
		if (request->devices.v[i].mirrors)
			guest += request->devices.v[i].vfs;
	if (host > guest)
		request_note(
			request,
			"the host has %u virtual functions; the guest can create only %u",
			host, guest);
}

void mirror_note_left_out(const struct machine *machine, struct request *request)
{
	note_classes(machine, request);
	note_vfs(machine, request);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Theory of operation. One option is tried first, with its lowest value; if the request
 * then has a plan, the highest value that fits is searched. If no single option helps,
 * all get their lowest values, and those are taken back that are not needed. Devices come
 * first then, so that they are given up last.
 */
#include "commands/plan-advice.h"

/* Of devices or ports: libvirt has at most 256 PCI controllers. */
#define PORTS_MOST 256
#define CPUS_MOST  4096 /* QEMU 9.0 and later */

static unsigned spare_ports(const struct plan_flags *flags)
{
	return (unsigned)MAX(flags->asked.request.spare_ports, 0);
}

static void set_spare_ports(struct plan_flags *flags, unsigned value)
{
	flags->asked.request.spare_ports = (int)value;
}

static unsigned general_ports(const struct plan_flags *flags)
{
	int given = flags->asked.request.general_ports;

	return flags->domain ? 0 : given < 0 ? PORTS_MOST : (unsigned)given;
}

static void set_general_ports(struct plan_flags *flags, unsigned value)
{
	flags->asked.request.general_ports = (int)value;
}

static unsigned cpus_most(const struct plan_flags *flags)
{
	if (!flags->asked.request.mirrored || flags->domain)
		return 0;
	return flags->asked.mirror.cpus_per_node ? flags->asked.mirror.cpus_per_node
						 : CPUS_MOST;
}

static void set_cpus(struct plan_flags *flags, unsigned value)
{
	flags->asked.mirror.cpus_per_node = value;
}

static unsigned mirror_most(const struct plan_flags *flags)
{
	if (!flags->asked.request.mirrored)
		return 0;
	return flags->asked.mirror.limited ? flags->asked.mirror.devices_per_node
					   : PORTS_MOST;
}

static void set_mirror(struct plan_flags *flags, unsigned value)
{
	flags->asked.mirror.limited = true;
	flags->asked.mirror.devices_per_node = value;
}

enum { KNOB_CPUS = 2 };

/* Empty ports are given up before CPUs and devices. */
static const struct knob {
	const char *option; /* with a %u */
	/* The value that did not fit, or one that is too large; 0: there is none. */
	unsigned (*given)(const struct plan_flags *flags);
	void (*set)(struct plan_flags *flags, unsigned value);
	unsigned least;
} table[PLAN_KNOBS] = {
	{"--spare-ports %u", spare_ports, set_spare_ports, 0},
	{"--general-ports %u", general_ports, set_general_ports, 0},
	[KNOB_CPUS] = {"--cpus-per-node %u", cpus_most, set_cpus, 1},
	{"--mirror per-node=%u", mirror_most, set_mirror, 0},
};

void plan_knobs_apply(const struct plan_knobs *knobs, struct plan_flags *flags)
{
	for (size_t i = 0; i < PLAN_KNOBS; i++)
		if (knobs->set[i])
			table[i].set(flags, knobs->value[i]);
}

struct search {
	const struct plan_flags *flags;
	bool (*fits)(const struct plan_knobs *knobs, void *data);
	void *data;
	struct plan_knobs knobs;
};

static bool can_lower(const struct search *search, size_t knob)
{
	return table[knob].given(search->flags) > table[knob].least;
}

static void lower(struct search *search, size_t knob)
{
	search->knobs.set[knob] = true;
	search->knobs.value[knob] = table[knob].least;
}

/* The refusals that --cpus-per-node alone helps against name it themselves. */
static bool find_one(struct search *search)
{
	for (size_t i = 0; i < PLAN_KNOBS; i++) {
		if (i == KNOB_CPUS || !can_lower(search, i))
			continue;
		lower(search, i);
		if (search->fits(&search->knobs, search->data))
			return true;
		search->knobs.set[i] = false;
	}
	return false;
}

static bool find_several(struct search *search)
{
	size_t n = 0;

	for (size_t i = 0; i < PLAN_KNOBS; i++)
		if (can_lower(search, i))
			lower(search, i);
	if (!search->fits(&search->knobs, search->data))
		return false;
	for (size_t i = PLAN_KNOBS; i-- > 0;) {
		if (!search->knobs.set[i])
			continue;
		search->knobs.set[i] = false;
		search->knobs.set[i] = !search->fits(&search->knobs, search->data);
		n += search->knobs.set[i];
	}
	return n > 1;
}

static void raise_value(struct search *search, size_t knob)
{
	unsigned possible = table[knob].least;
	unsigned beyond = MIN(table[knob].given(search->flags),
			      knob == KNOB_CPUS ? CPUS_MOST : PORTS_MOST);

	while (beyond - possible > 1) {
		unsigned middle = (possible + beyond) / 2;

		search->knobs.value[knob] = middle;
		if (search->fits(&search->knobs, search->data))
			possible = middle;
		else
			beyond = middle;
	}
	search->knobs.value[knob] = possible;
}

char *plan_advice(const struct plan_flags *flags,
		  bool (*fits)(const struct plan_knobs *knobs, void *data), void *data)
{
	struct search search = {.flags = flags, .fits = fits, .data = data};
	_cleanup_text_ struct text text = {};

	if (!find_one(&search) && !find_several(&search))
		return NULL;
	for (size_t i = PLAN_KNOBS; i-- > 0;)
		if (search.knobs.set[i])
			raise_value(&search, i);
	for (size_t i = 0; i < PLAN_KNOBS; i++) {
		if (!search.knobs.set[i])
			continue;
		text_adds(&text, text.n ? " with " : "");
		/* NOLINTNEXTLINE(clang-diagnostic-format-nonliteral): of the table above
		 */
		text_printf(&text, table[i].option, search.knobs.value[i]);
	}
	return text_take(&text);
}

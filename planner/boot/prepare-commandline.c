/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * <qemu:commandline> and <qemu:override> of a dry boot: what planner/qemu/commandline.h
 * understands is written again from its values if everything that it refers to still
 * exists. Everything else is left out, and listed.
 */
#include "planner/boot/prepare-parts.h"

#include "base/mem.h"
#include "planner/qemu/commandline.h"

struct kept {
	const struct prepare *p;
	const struct commandline *list;
};

static void leave_out(struct prepare *p, const char *kind, int element, const char *what,
		      const char *why)
{
	struct substitution *s = prepare_note(p, kind, element);

	s->planned = xstrdup(what);
	s->why = why;
}

/* Whether a kept addition, or libvirt's controller, has the name. */
static bool names_bus(const struct kept *kept, const char *name)
{
	int index = commandline_bus_index(name);

	for (size_t i = 0; i < kept->list->additions.n; i++) {
		const struct addition *other = &kept->list->additions.v[i];

		if (other->complete && other->driver &&
		    streq_null(addition_text(other, "id"), name))
			return true;
	}
	return index >= 0;
}

/* QEMU exits if it does not find a device that is referred to. */
static bool is_kept(const struct addition *addition, void *data)
{
	const struct kept *kept = data;
	const char *bus = addition_text(addition, "bus");
	const char *primary = addition_text(addition, "primary-bus");
	const char *device = addition_text(addition, "pci-dev");
	const char *alias = addition_text(addition, "alias");

	return addition->complete && addition->kind != ADDITION_DEVICE &&
	       (!bus || names_bus(kept, bus)) && (!primary || names_bus(kept, primary)) &&
	       (!device || names_bus(kept, device)) && (!alias || names_bus(kept, alias));
}

void prepare_commandline(struct prepare *p, const struct document *domain,
			 struct text *ret)
{
	_cleanup_commandline_ struct commandline list = {};
	struct kept kept = {p, &list};

	commandline_read(domain, &list);
	for (size_t i = 0; i < list.unknown.n; i++)
		leave_out(
			p, "QEMU argument", list.unknown.v[i].element,
			list.unknown.v[i].text,
			"a dry boot keeps only known elements, and this is not one of them");
	for (size_t i = 0; i < list.others.n; i++) {
		const char *name = document_attribute(domain, list.others.v[i], "name");

		leave_out(p, "environment of QEMU", list.others.v[i],
			  name ? name : document_element_name(domain, list.others.v[i]),
			  "a dry boot does not set environment variables of QEMU");
	}
	for (size_t i = 0; i < list.additions.n; i++) {
		const struct addition *addition = &list.additions.v[i];

		if (addition->kind == ADDITION_DEVICE || is_kept(addition, &kept))
			continue;
		leave_out(
			p, "QEMU argument", addition->element,
			addition->driver ? addition->driver : "property",
			addition->complete
				? "it refers to a device that the dry boot does not have"
				: "boot does not know all of its properties");
	}
	text_add_commandline(ret, &list, is_kept, &kept);
}

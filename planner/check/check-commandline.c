/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* check-commandline.c - arguments of <qemu:commandline> that QEMU refuses as such. */
#include "planner/check/rules.h"

static void commandline_value(struct check *check)
{
	const struct commandline *commandline = &check->guest->commandline;

	for (size_t i = 0; i < commandline->additions.n; i++) {
		const struct addition *it = &commandline->additions.v[i];

		if (it->refused)
			check_found(check, it->element,
				    "QEMU does not take this value of %s=%s%s.",
				    it->refused, it->driver ? " of " : "",
				    it->driver ? it->driver : "");
	}
}

static void commandline_set(struct check *check)
{
	const struct commandline *commandline = &check->guest->commandline;

	for (size_t i = 0; i < commandline->settings.n; i++) {
		const struct refused_setting *it = &commandline->settings.v[i];
		_cleanup_text_ struct text shown = {};

		if (!it->device) {
			check_set_remedy(
				check_found(
					check, it->element,
					"The argument of -set is not GROUP.ID.PROPERTY=VALUE."),
				"Correct the argument.");
			continue;
		}
		text_add_shown(&shown, it->device);
		check_found(
			check, it->element,
			"-set does not find device %s: only devices that -device adds before it, not as JSON, and libvirt writes its own as JSON.",
			shown.s);
	}
}

const struct rule commandline_rules[] = {
	{RULE("commandline-value", commandline_value, ERROR, 0, QEMU),
	 .what = "The properties of devices that <qemu:commandline> adds have values that QEMU takes.",
	 .why = "libvirt accepts the domain, but QEMU exits (\"Parameter 'bus_nr' expects uint8_t\"). This is checked for buses, ports and IOMMUs: bus_nr=, chassis= and port= are at most 255, slot= and numa_node= at most 65535, and switches are on or off.",
	 .to_fix = "Write another value.",
	 .source = "QEMU 7.2 hw/core/qdev-properties.c; measured", .remedy = REMEDY_EDIT},
	{RULE("commandline-set", commandline_set, ERROR, 0, QEMU),
	 .what = "-set in <qemu:commandline> changes a device that the arguments before it add.",
	 .why = "libvirt accepts the domain, but QEMU exits (\"there is no device \"net0\" defined\"): it does not find devices that are given as JSON, as libvirt does since 7.9.",
	 .to_fix =
		 "Write <qemu:override><qemu:device alias=><qemu:frontend><qemu:property name= type= value=/> instead.",
	 .source =
		 "QEMU 7.2 softmmu/vl.c, qemu_set_option; libvirt NEWS.rst, 7.9; measured",
	 .remedy = REMEDY_EDIT},
	{},
};

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes additions from their values alone. */
#include "planner/qemu/commandline.h"
#include "planner/qemu/qemu-space.h"

/* Names and words contain no comma, quote or markup (commandline-rows.c). */
static void add_value(struct text *text, const struct addition_value *value)
{
	switch (value->kind) {
	case ADDITION_NAME:
	case ADDITION_WORD:
		text_adds(text, value->text);
		break;
	case ADDITION_NUMBER:
		text_printf(text, "%llu", (unsigned long long)value->number);
		break;
	case ADDITION_SWITCH:
		text_adds(text, value->number ? "on" : "off");
		break;
	case ADDITION_PLACE:
		text_printf(text, "0x%llx.%llx", (unsigned long long)value->number / 8,
			    (unsigned long long)value->number % 8);
		break;
	}
}

static void add_values(struct text *text, const struct addition *addition,
		       const char *separator)
{
	for (size_t i = 0; i < addition->values.n; i++) {
		text_printf(text, "%s%s=", separator, addition->values.v[i].name);
		add_value(text, &addition->values.v[i]);
	}
}

static const char *const options[] = {
	[ADDITION_EXPANDER] = "-device", [ADDITION_PORT] = "-device",
	[ADDITION_IOMMU] = "-device",    [ADDITION_INITIATOR] = "-object",
	[ADDITION_GLOBAL] = "-global",   [ADDITION_WINDOW] = "-fw_cfg",
	[ADDITION_OVERRIDE] = NULL,      [ADDITION_DEVICE] = NULL,
};

static void add_argument(struct text *text, const struct addition *addition)
{
	const char *option = options[addition->kind];

	/* The SMMU of the virt machine has no driver. */
	if (addition->kind == ADDITION_IOMMU && !addition->driver) {
		text_adds(text,
			  "<qemu:arg value='-machine'/><qemu:arg value='iommu=smmuv3'/>");
		return;
	}
	text_printf(text, "<qemu:arg value='%s'/><qemu:arg value='", option);
	if (addition->kind == ADDITION_WINDOW)
		text_adds(text, "name=opt/ovmf/X-PciMmio64Mb");
	else
		text_adds(text, addition->driver);
	add_values(text, addition, addition->kind == ADDITION_GLOBAL ? "." : ",");
	text_adds(text, "'/>");
}

static void add_override(struct text *text, const struct addition *addition)
{
	text_printf(text, "<qemu:device alias='%s'><qemu:frontend>",
		    addition_text(addition, "alias"));
	for (size_t i = 0; i < addition->values.n; i++)
		if (addition->values.v[i].kind == ADDITION_WORD)
			text_printf(text,
				    "<qemu:property name='%s' type='string' value='%s'/>",
				    addition->values.v[i].name,
				    addition->values.v[i].text);
		else if (addition->values.v[i].kind == ADDITION_NUMBER)
			text_printf(
				text,
				"<qemu:property name='%s' type='unsigned' value='%ju'/>",
				addition->values.v[i].name,
				(uintmax_t)addition->values.v[i].number);
	text_adds(text, "</qemu:frontend></qemu:device>");
}

void text_add_commandline(struct text *text, const struct commandline *commandline,
			  bool (*keep)(const struct addition *addition, void *data),
			  void *data)
{
	_cleanup_text_ struct text arguments = {}, overrides = {};

	for (size_t i = 0; i < commandline->additions.n; i++) {
		const struct addition *addition = &commandline->additions.v[i];

		if (!addition->complete || (keep && !keep(addition, data)))
			continue;
		if (addition->kind == ADDITION_OVERRIDE)
			add_override(&overrides, addition);
		else
			add_argument(&arguments, addition);
	}
	if (arguments.n > 0)
		text_printf(text,
			    "<qemu:commandline xmlns:qemu='" QEMU_SPACE
			    "'>%s</qemu:commandline>",
			    arguments.s);
	if (overrides.n > 0)
		text_printf(text,
			    "<qemu:override xmlns:qemu='" QEMU_SPACE
			    "'>%s</qemu:override>",
			    overrides.s);
}

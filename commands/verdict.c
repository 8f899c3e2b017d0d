/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "commands/verdict.h"

#include "base/error.h"

#include <stdio.h>

/*
 * The names of the kinds for a guest that cannot be compared, in the style of a
 * difference.
 */
static void json_failure(struct jsonw *json, const struct verdict *verdict)
{
	jsonw_u64(json, "checked", 0);
	jsonw_array(json, "differences");
	jsonw_object(json, NULL);
	jsonw_string(json, "kind", verdict->failure_kind);
	jsonw_string(json, "subject", "guest");
	jsonw_format(json, "expected", "a report from its %s",
		     verdict->stopped_after ? verdict->stopped_after : "kernel");
	jsonw_string(json, "observed", verdict->failure);
	jsonw_null(json, "because");
	jsonw_end_object(json);
	jsonw_end_array(json);
	jsonw_array(json, "unknown");
	jsonw_end_array(json);
}

static void json_assigns(struct jsonw *json, const struct serial *serial)
{
	jsonw_array(json, "assign");
	for (size_t i = 0; i < serial->assigns.n; i++) {
		jsonw_object(json, NULL);
		jsonw_format(json, "address", PCI_FORMAT,
			     PCI_ARGS(serial->assigns.v[i].at));
		jsonw_bool(json, "ok", serial->assigns.v[i].ok);
		jsonw_string(json, "text", serial->assigns.v[i].text);
		jsonw_end_object(json);
	}
	jsonw_end_array(json);
}

static void text_add_assigns(struct text *text, const struct serial *serial)
{
	for (size_t i = 0; i < serial->assigns.n; i++) {
		const struct serial_assign *a = &serial->assigns.v[i];

		text_printf(text, "assign: " PCI_FORMAT ": %s: ", PCI_ARGS(a->at),
			    a->ok ? "works" : "FAILED");
		text_add_shown(text, a->text);
		text_adds(text, "\n");
	}
}

static bool any_assign_failed(const struct serial *serial)
{
	for (size_t i = 0; serial && i < serial->assigns.n; i++)
		if (!serial->assigns.v[i].ok)
			return true;
	return false;
}

/* A kernel complains about many harmless things, so only then. */
static bool differs(const struct verdict *verdict)
{
	return !verdict->failure && verdict->differences->list.n > 0;
}

static void print_json(const struct verdict *verdict)
{
	static const struct substitutions none;
	_cleanup_text_ struct text text = {};
	struct jsonw json = {.out = &text};

	jsonw_object(&json, NULL);
	jsonw_u64(&json, "version", 1);
	if (verdict->failure)
		json_failure(&json, verdict);
	else
		jsonw_differences(&json, verdict->differences);
	jsonw_complaints(&json, differs(verdict) ? verdict->complaints : NULL);
	jsonw_substitutions(&json,
			    verdict->substitutions ? verdict->substitutions : &none);
	if (verdict->assigns && verdict->assigns->assigns.n > 0)
		json_assigns(&json, verdict->assigns);
	if (verdict->stopped_after)
		jsonw_string(&json, "stopped_after", verdict->stopped_after);
	if (verdict->booted) {
		jsonw_accelerator(&json, verdict->booted);
		jsonw_boot_times(&json, verdict->booted);
	}
	jsonw_end_object(&json);
	jsonw_finish(&json);
	fwrite(text.s, 1, text.n, stdout);
}

static void print_text(const struct verdict *verdict)
{
	_cleanup_text_ struct text text = {};

	if (verdict->substitutions)
		text_add_substitutions(&text, verdict->substitutions);
	if (verdict->failure)
		text_printf(&text, "%s: %s\n", verdict->failure_kind, verdict->failure);
	else
		text_add_differences(&text, verdict->differences);
	text_add_complaints(&text, differs(verdict) ? verdict->complaints : NULL);
	if (verdict->assigns)
		text_add_assigns(&text, verdict->assigns);
	fwrite(text.s, 1, text.n, stdout);
}

int verdict_print(const struct verdict *verdict, bool json)
{
	if (json)
		print_json(verdict);
	else
		print_text(verdict);
	return verdict->failure || verdict->differences->list.n > 0 ||
			       any_assign_failed(verdict->assigns)
		       ? STATUS_FINDINGS
		       : STATUS_OK;
}

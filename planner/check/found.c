/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* found.c - the findings of the current rule. */
#include "planner/check/rules.h"

#include "planner/guest/device-kind.h"

#include <stdarg.h>

static char *format_string(const char *format, va_list args)
{
	struct text text = {};

	text_vprintf(&text, format, args);
	return text_take(&text);
}

static int shown_element(const struct check *check, int element)
{
	if (element >= 0)
		return element;
	return MAX(check->guest->devices_element, 0);
}

static void set_place(const struct check *check, struct place *place, int element)
{
	const struct document_element *at = &check->document->elements.v[element];

	free(place->path);
	place->file = check->document->name;
	place->line = at->line;
	place->column = at->column;
	place->path = document_path(check->document, element);
}

/* Whether it is part of a device that the target's libvirt may not know, and then
 * drops. */
static bool may_be_dropped(const struct check *check, int element)
{
	const struct document *document = check->document;
	int devices = check->guest->devices_element;

	for (; element > 0 && devices >= 0;
	     element = document->elements.v[element].parent)
		if (document->elements.v[element].parent == devices)
			return !document->elements.v[element].node->ns &&
			       !device_element_known(
				       document_element_name(document, element));
	return false;
}

/* libvirt may drop the device, so this is not an error. */
static void lower(const struct check *check, struct finding *finding, int element)
{
	if (finding->severity == SEVERITY_ERROR && may_be_dropped(check, element))
		finding->severity = SEVERITY_WARNING;
}

static struct finding *add(struct check *check, int element, const char *message)
{
	struct finding *finding;

	finding = report_add(check->report, check->rule->id, check->rule->severity, "%s",
			     message);
	if (!rule_holds(check->rule, &check->options->target))
		finding->severity = MIN(finding->severity, SEVERITY_WARNING);
	finding->row = check->rule;
	element = shown_element(check, element);
	/* We cannot change an argument of QEMU. */
	finding->fixable =
		check->rule->fix && !check->document->elements.v[element].node->ns;
	set_place(check, &finding->place, element);
	lower(check, finding, element);
	*vec_add(&check->elements) = element;
	return finding;
}

int check_part(const struct check *check, int element, const char *path)
{
	int part = document_find(check->document, element, path);

	return part >= 0 ? part : element;
}

struct finding *check_found(struct check *check, int element, const char *format, ...)
{
	va_list args;
	_cleanup_free_ char *message = NULL;

	va_start(args, format);
	message = format_string(format, args);
	va_end(args);
	check->found[rule_index(check->rule)] = true;
	return add(check, element, message);
}

struct finding *check_warned(struct check *check, int element, const char *format, ...)
{
	va_list args;
	_cleanup_free_ char *message = NULL;
	struct finding *finding;

	va_start(args, format);
	message = format_string(format, args);
	va_end(args);
	finding = add(check, element, message);
	finding->severity = MIN(finding->severity, SEVERITY_WARNING);
	return finding;
}

char *check_controller_name(const struct guest_controller *controller, const char *kind)
{
	return controller->added
		       ? xasprintf("%se %s of <qemu:commandline>",
				   kind[0] >= 'A' && kind[0] <= 'Z' ? "Th" : "th",
				   controller->model_name)
		       : xasprintf("%s %llu", kind,
				   (unsigned long long)controller->index.value);
}

void check_skip(struct check *check, const char *needs, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	report_skip(check->report, check->rule->id, check->document->name, needs,
		    format_string(format, args));
	va_end(args);
}

void check_set_remedy(struct finding *finding, const char *format, ...)
{
	va_list args;

	free(finding->remedy);
	va_start(args, format);
	finding->remedy = format_string(format, args);
	va_end(args);
}

void check_values(struct finding *finding, const char *observed, const char *expected)
{
	free(finding->observed);
	free(finding->expected);
	finding->observed = xstrdup(observed);
	finding->expected = xstrdup(expected);
}

void check_relate(struct check *check, struct finding *finding, int element)
{
	if (element < 0)
		return;
	set_place(check, &finding->related, element);
	lower(check, finding, element);
}

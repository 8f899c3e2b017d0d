/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* option-set.c - the setters that rows of many tables use. */
#include "base/option.h"

#include "base/mem.h"
#include "base/size.h"
#include "base/text.h"

#include <assert.h>
#include <stdarg.h>
#include <string.h>

int option_wrap(struct error *error, const char *name, const char *value)
{
	_cleanup_free_ char *message = NULL;

	if (!*value || !error->message || !has_prefix(error->message, value))
		return error_wrap(error, "--%s %s", name, *value ? value : "''");
	message = TAKE(error->message);
	error->message = xasprintf("--%s %s", name, message);
	return -1;
}

int option_error(struct error *error, const char *name, const char *value,
		 const char *format, ...)
{
	_cleanup_text_ struct text message = {};
	va_list args;

	va_start(args, format);
	text_vprintf(&message, format, args);
	va_end(args);
	error_input(error, "%s", message.s ? message.s : "");
	return option_wrap(error, name, value);
}

int option_set_true(void *target, const struct option_row *row, const char *value,
		    struct error *error)
{
	bool *to = target;

	(void)row;
	(void)value;
	(void)error;
	*to = true;
	return 0;
}

int option_set_string(void *target, const struct option_row *row, const char *value,
		      struct error *error)
{
	const char **to = target;

	(void)row;
	(void)error;
	*to = value;
	return 0;
}

/* A script's unset variable must not be taken for a missing file. */
int option_set_file(void *target, const struct option_row *row, const char *value,
		    struct error *error)
{
	if (!*value)
		return error_input(error, "--%s needs a non-empty name: --%s %s",
				   row->name, row->name, row->arg);
	return option_set_string(target, row, value, error);
}

int option_set_copy(void *target, const struct option_row *row, const char *value,
		    struct error *error)
{
	char **to = target;

	(void)row;
	(void)error;
	free(*to);
	*to = xstrdup(value);
	return 0;
}

int option_set_files(void *target, const struct option_row *row, const char *value,
		     struct error *error)
{
	const char *file = NULL;

	if (option_set_file(&file, row, value, error) < 0)
		return -1;
	return option_set_list(target, row, file, error);
}

int option_set_list(void *target, const struct option_row *row, const char *value,
		    struct error *error)
{
	vec_strings *to = target;

	(void)row;
	(void)error;
	*vec_add(to) = value;
	return 0;
}

/* The index of @value among "a|b|c", or -1. */
static int place_in_choices(const char *choices, const char *value)
{
	for (int i = 0;; i++) {
		size_t n = strcspn(choices, "|");

		if (strlen(value) == n && strncmp(choices, value, n) == 0)
			return i;
		if (!choices[n])
			return -1;
		choices += n + 1;
	}
}

int option_set_choice(void *target, const struct option_row *row, const char *value,
		      struct error *error)
{
	int *to = target, place = place_in_choices(row->choices, value);

	(void)error;
	assert(place >= 0); /* option_check() accepted it */
	*to = place;
	return 0;
}

int option_size(const struct option_row *row, const char *value, uint32_t unit_bytes,
		uint64_t *ret, struct error *error)
{
	enum size_answer answer = size_parse(value, false, unit_bytes, ret);

	if (answer == SIZE_OK)
		return 0;
	return option_error(error, row->name, value, "%s", size_answer_text(answer));
}

int option_set_named(const struct option_row *table, void *target, const char *name,
		     const char *value, struct error *error)
{
	struct option_rows at = option_rows(table);

	while (at.row && !streq(at.row->name, name))
		option_rows_next(&at);
	if (!at.row)
		return error_input(error, "--%s is not a setting of a request", name);
	if (!at.row->arg && value && !streq(value, "yes"))
		return option_error(error, name, value, "must be yes or left out");
	if (at.row->arg && !value && !at.row->optional)
		return error_input(error, "--%s needs a value", name);
	if (option_check(at.row, value, error) < 0)
		return -1;
	return at.row->set((char *)target + at.base + at.row->field, at.row,
			   at.row->arg ? value : NULL, error);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/error.h"

#include "base/mem.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>

static void set(struct error *error, enum exit_status status, char *message)
{
	free(error->message);
	error->status = status;
	error->message = message;
}

static char *format_message(const char *format, va_list args)
{
	_cleanup_(text_free) struct text text = {};

	text_vprintf(&text, format, args);
	return text_take(&text);
}

int error_input(struct error *error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	set(error, STATUS_INPUT, format_message(format, args));
	va_end(args);
	return -1;
}

int error_input_at(struct error *error, const char *file, long line, const char *format,
		   ...)
{
	_cleanup_free_ char *what = NULL;
	va_list args;

	va_start(args, format);
	what = format_message(format, args);
	va_end(args);
	set(error, STATUS_INPUT,
	    line > 0 ? xasprintf("%s:%ld: %s", file, line, what)
		     : xasprintf("%s: %s", file, what));
	return -1;
}

int error_system(struct error *error, int errnum, const char *format, ...)
{
	_cleanup_free_ char *what = NULL;
	va_list args;

	va_start(args, format);
	what = format_message(format, args);
	va_end(args);
	set(error, STATUS_SYSTEM,
	    errnum > 0 ? xasprintf("%s: %s", what, strerror(errnum)) : TAKE(what));
	return -1;
}

int error_wrap(struct error *error, const char *format, ...)
{
	_cleanup_free_ char *context = NULL;
	va_list args;

	va_start(args, format);
	context = format_message(format, args);
	va_end(args);
	set(error, error->status ? error->status : STATUS_SYSTEM,
	    xasprintf("%s: %s", context, error->message ? error->message : "failed"));
	return -1;
}

void error_clear(struct error *error)
{
	set(error, STATUS_OK, NULL);
}

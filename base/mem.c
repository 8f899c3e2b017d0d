/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>

static void *or_abort(void *block)
{
	if (!block) {
		fputs("virt-layout: out of memory\n", stderr);
		abort();
	}
	return block;
}

void *xcalloc(size_t n, size_t size_bytes)
{
	return or_abort(calloc(n ? n : 1, size_bytes ? size_bytes : 1));
}

void *xreallocarray(void *block, size_t n, size_t size_bytes)
{
	return or_abort(reallocarray(block, n ? n : 1, size_bytes ? size_bytes : 1));
}

char *xstrdup(const char *string)
{
	return string ? or_abort(strdup(string)) : NULL;
}

char *xstrndup(const char *string, size_t n)
{
	return or_abort(strndup(string, n));
}

void *xmemdup(const void *bytes, size_t n)
{
	void *copy = xcalloc(1, n);

	if (n > 0)
		memcpy(copy, bytes, n);
	return copy;
}

char *xasprintf(const char *format, ...)
{
	char *string = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&string, format, args) < 0)
		string = NULL;
	va_end(args);
	return or_abort(string);
}

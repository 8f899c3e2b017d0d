/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mem.h - allocation that cannot fail: running out of memory ends the program, so that no
 * caller has a branch that no test can reach. Everything returned belongs to the caller
 * and is freed with free().
 */
#pragma once

#include "base/macros.h"

#include <stdlib.h>
#include <string.h>

void *xcalloc(size_t n, size_t size_bytes) _must_check_;
void *xreallocarray(void *block, size_t n, size_t size_bytes) _must_check_;
/* NULL in, NULL out. */
char *xstrdup(const char *string) _must_check_;
char *xstrndup(const char *string, size_t n) _must_check_;
void *xmemdup(const void *bytes, size_t n) _must_check_;
char *xasprintf(const char *format, ...) _printf_(1, 2) _must_check_;

#define xnew(type) ((type *)xcalloc(1, sizeof(type)))

/* For _cleanup_(free_pointer) on a variable that owns a block. */
static inline void free_pointer(void *variable)
{
	void *block;

	memcpy(&block, variable, sizeof(block));
	free(block);
}
#define _cleanup_free_ _cleanup_(free_pointer)

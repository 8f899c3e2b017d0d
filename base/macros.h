/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * macros.h - basic macros that every file needs: attributes that document a contract,
 * cleanup on leaving a scope, and the number of entries of an array.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

#define _printf_(string, first) __attribute__((format(printf, string, first)))
#define _must_check_            __attribute__((warn_unused_result))
#define _unused_                __attribute__((unused))
#define _noreturn_              __attribute__((noreturn))

/* Calls @function with the variable's address when the scope is left. */
#define _cleanup_(function) __attribute__((cleanup(function)))

/* Moves a pointer out of a variable, which is then NULL: passes ownership on. */
#define TAKE(pointer)                                                                    \
	({                                                                               \
		__typeof__(pointer) taken_ = (pointer);                                  \
		(pointer) = NULL;                                                        \
		taken_;                                                                  \
	})

/* These evaluate their arguments twice: pass values, not calls with side effects. */
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

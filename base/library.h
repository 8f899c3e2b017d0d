/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * library.h - shared libraries that only some commands need, loaded at the first call of
 * one of their functions and not when the program starts.
 *
 * A file NAME-library.c of the layer that owns the library has a row for each function
 * that we call. A row defines a function of the library's own name and type (the
 * library's header is included, so the compiler compares them) that hands the call on;
 * callers include the library's header and know nothing of this. A function without a row
 * does not link.
 */
#pragma once

#include "base/macros.h"

/*
 * The address of a function in a library, which stays loaded. A library that is not there
 * or lacks the function is a broken installation: as the dynamic linker would, this says
 * so and ends the program, with status 3.
 */
void *library_function(const char *soname, const char *name);

#ifdef LIBRARIES_LINKED /* a static program, see meson_options.txt: there is nothing to  \
			   load */
#define LIBRARY_FUNCTION(soname, type, name, params, args)                               \
	_Static_assert(sizeof(#name) > 1, "a row");
#else
/* One row. @params with names, @args without types; the address is looked up once. */
#define LIBRARY_FUNCTION(soname, type, name, params, args)                               \
	type name params                                                                 \
	{                                                                                \
		static __typeof__(&name) address;                                        \
		__typeof__(&name) function =                                             \
			__atomic_load_n(&address, __ATOMIC_RELAXED);                     \
                                                                                         \
		if (!function) {                                                         \
			function = (__typeof__(&name))library_function(soname, #name);   \
			__atomic_store_n(&address, function, __ATOMIC_RELAXED);          \
		}                                                                        \
		return function args;                                                    \
	}
#endif

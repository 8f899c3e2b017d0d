/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * library.h - shared libraries that only some commands need, loaded when needed and not
 * when the program starts (`meson configure -Ddlopen=`).
 *
 * NAME-library.h lists the functions that we call, only by name: their types are those of
 * the library's header. Each is called as sym_FUNCTION, after NAME_library_load(). For a
 * library that is linked, sym_FUNCTION is the function and loading does nothing.
 *
 * A package manager does not see what is loaded at run time, so each library leaves a
 * note in the section .note.dlopen of every program that uses it, in the format of the
 * UAPI group's "ELF dlopen metadata" specification
 * (https://uapi-group.org/specifications/).
 */
#pragma once

#include "base/error.h"

struct library_function {
	const char *name;
	void *to; /* the pointer that takes its address */
};

struct library {
	const char *soname;
	const char *need; /* what needs it, with a verb in the singular: "reading XML" */
	const struct library_function *functions; /* ends with a zeroed row */
	bool loaded;
};

/*
 * Loads it and fills the pointers, once; it stays loaded. Any thread may call this. Error
 * (3), which names what needs the library: it cannot be loaded, or lacks a function.
 */
int library_load(struct library *library, struct error *error) _must_check_;

/*
 * Whether a directory in which the loader looks by default has the library. It is not
 * loaded, which would take milliseconds, so it may still be damaged.
 */
bool library_exists(const char *soname);

/* A note that packagers read; it is kept in a program as long as its file is linked. */
#define LIBRARY_NOTE_JSON(soname, feature, need, priority)                               \
	"[{\"soname\":[\"" soname "\"],\"feature\":\"" feature                           \
	"\",\"description\":\"" need " needs it\",\"priority\":\"" priority "\"}]"
#ifdef __clang__ /* gcc lets variables with a section be */
#define LIBRARY_NOTE_PLAIN , no_sanitize("address")
#else
#define LIBRARY_NOTE_PLAIN
#endif
#define LIBRARY_NOTE(json)                                                               \
	static const struct {                                                            \
		uint32_t name_bytes, json_bytes, type;                                   \
		char name[4];                                                            \
		char text[sizeof(json)];                                                 \
	} library_note __attribute__((used, section(".note.dlopen"),                     \
				      aligned(4) LIBRARY_NOTE_PLAIN)) = {sizeof("FDO"),  \
									 sizeof(json),   \
									 0x407c0c0a,     \
									 "FDO", json};

/*
 * @on is 1 for a library that is loaded, 0 for one that is linked; @list its functions.
 */
#define LIBRARY_DECLARE(on, list)  LIBRARY_DECLARE_(on, list)
#define LIBRARY_DECLARE_(on, list) LIBRARY_DECLARE_##on(list)
#define LIBRARY_DECLARE_1(list)    list(LIBRARY_LOADED)
#define LIBRARY_DECLARE_0(list)    list(LIBRARY_LINKED)
#define LIBRARY_LOADED(function)   extern __typeof__(&function) sym_##function;
#define LIBRARY_LINKED(function)                                                         \
	static const __typeof__(&function) sym_##function _unused_ = function;

#define LIBRARY_DEFINE(on, ...)  LIBRARY_DEFINE_(on, __VA_ARGS__)
#define LIBRARY_DEFINE_(on, ...) LIBRARY_DEFINE_##on(__VA_ARGS__)
#define LIBRARY_DEFINE_0(load, list, soname_, feature, need_, priority)                  \
	int load(struct error *error)                                                    \
	{                                                                                \
		(void)error;                                                             \
		return 0;                                                                \
	}
#define LIBRARY_DEFINE_1(load, list, soname_, feature, need_, priority)                  \
	list(LIBRARY_POINTER)                                                            \
		LIBRARY_NOTE(LIBRARY_NOTE_JSON(soname_, feature, need_, priority)) int   \
		load(struct error *error)                                                \
	{                                                                                \
		static const struct library_function functions[] = {                     \
			list(LIBRARY_ROW){}};                                            \
		static struct library library = {.soname = soname_,                      \
						 .need = need_,                          \
						 .functions = functions};                \
                                                                                         \
		return library_load(&library, error);                                    \
	}
#define LIBRARY_POINTER(function) __typeof__(&function) sym_##function;
#define LIBRARY_ROW(function)     {#function, &sym_##function},

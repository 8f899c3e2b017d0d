/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * error.h - how a failure reaches the user.
 *
 * There are three kinds of failure: a bug is an assertion; bad input or a failing
 * environment is a struct error, filled in where it happens, given context on the way up,
 * and printed once by main; a fact about the user's domain, host or disk is a finding
 * (base/finding.h).
 *
 * A function that can fail takes `struct error *error` as its last parameter and returns
 * 0, or -1 with *error filled in. -1 is passed up and never interpreted; answers ("no
 * such bus is free") are bool, an enum or a count and are unrelated to this.
 */
#pragma once

#include "base/macros.h"

/* The exit statuses of the program; a struct error carries one of the last two. */
enum exit_status {
	STATUS_OK = 0,       /* done, and no finding of severity error */
	STATUS_FINDINGS = 1, /* findings of severity error, or differences */
	STATUS_INPUT = 2,    /* bad usage or bad input */
	STATUS_SYSTEM = 3,   /* the environment failed: I/O, no QEMU, no kernel */
};

struct error {
	enum exit_status status; /* STATUS_OK as long as nothing has failed */
	char *message;           /* owned; no newline at the end */
};

/* The user's input is wrong. Always -1. */
int error_input(struct error *error, const char *format, ...) _printf_(2, 3);
/* The same at a line of a file: "FILE:LINE: ...". A @line of 0 is left out. */
int error_input_at(struct error *error, const char *file, long line, const char *format,
		   ...) _printf_(4, 5);
/* The environment failed; with @errnum > 0 its text follows the message. Always -1. */
int error_system(struct error *error, int errnum, const char *format, ...) _printf_(3, 4);
/* Puts "CONTEXT: " before the existing message. Always -1. */
int error_wrap(struct error *error, const char *format, ...) _printf_(2, 3);
/* Frees the message; the error can be used again. */
void error_clear(struct error *error);

#define _cleanup_error_ _cleanup_(error_clear)

/* Takes the result of a call whose failure does not matter to anyone. */
static inline void error_ignore(int result)
{
	(void)result;
}

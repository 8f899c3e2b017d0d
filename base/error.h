/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * error.h - how a failure travels to the user.
 *
 * Three kinds of wrong: a bug is an assertion; bad input or failing surroundings are a
 * struct error, filled where it happens, given context on the way up, printed once by
 * main; a fact about the user's domain, host or disk is a finding (base/finding.h).
 *
 * A function that can fail takes `struct error *error` last and returns 0, or -1 with
 * *error filled. -1 is passed up and never matched on; answers ("no such bus is free")
 * are bool, an enum or a count and have nothing to do with this.
 */
#pragma once

#include "base/macros.h"

/* The exit statuses of the program; a struct error carries one of the last two. */
enum exit_status {
	STATUS_OK = 0,       /* done, and no finding of severity error */
	STATUS_FINDINGS = 1, /* findings of severity error, or differences */
	STATUS_INPUT = 2,    /* bad usage or bad input */
	STATUS_SYSTEM = 3,   /* the surroundings failed: I/O, no QEMU, no kernel */
};

struct error {
	enum exit_status status; /* STATUS_OK as long as nothing went wrong */
	char *message;           /* owned; no newline at the end */
};

/* The user's input is wrong. Always -1. */
int error_input(struct error *error, const char *format, ...) _printf_(2, 3);
/* The same at a line of a file: "FILE:LINE: ...". A @line of 0 is left out. */
int error_input_at(struct error *error, const char *file, long line, const char *format,
		   ...) _printf_(4, 5);
/* The surroundings failed; with @errnum > 0 its text follows the message. Always -1. */
int error_system(struct error *error, int errnum, const char *format, ...) _printf_(3, 4);
/* Puts "CONTEXT: " before the message that is there. Always -1. */
int error_wrap(struct error *error, const char *format, ...) _printf_(2, 3);
/* Releases the message; the error can be used again. */
void error_clear(struct error *error);

#define _cleanup_error_ _cleanup_(error_clear)

/* Takes the result of a call whose failure changes nothing for anybody. */
static inline void error_ignore(int result)
{
	(void)result;
}

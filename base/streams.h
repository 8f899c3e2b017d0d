/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* streams.h - standard input, output and error, which a caller may have closed. */
#pragma once

#include "base/error.h"

/*
 * The first call of every program. Opens each of the descriptors 0 to 2 that is closed,
 * so that no file that is opened later gets its number and is overwritten by standard
 * output or error. Standard input still cannot be read then, nor standard output written
 * (both return EBADF); output to standard error is lost. Ends the program with status 3
 * if nothing can be opened.
 */
void streams_occupy(void);

/*
 * One message on standard error: "virt-layout: ", the text, a newline. Anything that a
 * terminal would interpret is escaped (text_add_shown()).
 */
void streams_say(const char *format, ...) _printf_(1, 2);
/* The same for another program of ours; without a name if @program is NULL. */
void streams_say_as(const char *program, const char *format, ...) _printf_(2, 3);

/* Flushes standard output. Error: not all of it could be written. */
int streams_flush(struct error *error) _must_check_;

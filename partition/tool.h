/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * tool.h - running a well-kept tool of others (qemu-img, mkfs, mcopy) on files that are
 * open here. No shell.
 */
#pragma once

#include "base/error.h"
#include "base/vec.h"

/* Words of a command line, all owned. Zero it. */
struct tool {
	VEC(char *) words;
	VEC(char *) environment; /* "NAME=VALUE", besides the caller's own */
	/*
	 * Called some ten times a second while it runs, with the last that it said on
	 * standard output ("" if nothing yet). NULL: nobody watches.
	 */
	void (*tick)(void *context, const char *said);
	void *context;
	/* Killed when we are; for one that works on what nobody has seen yet. */
	bool ends_with_us;
	int output_fd; /* a file that it writes, whose changes are signs of life; 0: none
			*/
};

/*
 * The seconds after which a tool that gives no sign of life is given up on: @usual, or
 * what VIRT_LAYOUT_TOOL_LIMIT in the environment says.
 */
unsigned tool_limit_s(unsigned usual);

void tool_add(struct tool *tool, const char *format, ...) _printf_(2, 3);
void tool_set(struct tool *tool, const char *format, ...) _printf_(2, 3);
/*
 * "/proc/self/fd/N" as a word, for a descriptor that the tool inherits.
 */
void tool_add_fd(struct tool *tool, int fd);
/*
 * Runs it and waits. Its standard output goes to @tick; if it fails, the last line that
 * it said on standard error is in the message. Faults: not installed, failed, killed; it
 * neither said nor wrote anything for tool_limit_s(300), and then it is killed if it ends
 * with us.
 */
int tool_run(struct tool *tool, struct error *error) _must_check_;
void tool_free(struct tool *tool);
#define _cleanup_tool_ _cleanup_(tool_free)

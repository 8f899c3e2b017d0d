/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * tool.h - runs standard tools (qemu-img, mkfs, mcopy) on files that are open here. No
 * shell.
 */
#pragma once

#include "base/error.h"
#include "base/vec.h"

/* Words of a command line, all owned. Zero it before use. */
struct tool {
	VEC(char *) words;
	VEC(char *) environment; /* "NAME=VALUE", in addition to the caller's own */
	/*
	 * Called about ten times a second while it runs, with its latest line on standard
	 * output ("" if none yet). NULL: not called.
	 */
	void (*tick)(void *context, const char *message);
	void *context;
	/* Killed when we are; for a tool that works on a file that nobody has seen
	 * yet. */
	bool ends_with_us;
	int output_fd; /* a file that it writes, whose changes count as activity; 0:
			* none */
};

/*
 * The seconds without activity after which a tool is stopped: @usual, or the value of
 * VIRT_LAYOUT_TOOL_LIMIT in the environment.
 */
unsigned tool_limit_s(unsigned usual);

void tool_add(struct tool *tool, const char *format, ...) _printf_(2, 3);
void tool_set(struct tool *tool, const char *format, ...) _printf_(2, 3);
/*
 * "/proc/self/fd/N" as an argument, for a descriptor that the tool inherits.
 */
void tool_add_fd(struct tool *tool, int fd);
/*
 * Runs it and waits. Its standard output goes to @tick; if it fails, the message includes
 * the last line of its standard error. Errors: not installed, failed, killed; it neither
 * printed nor wrote anything for tool_limit_s(300), and then it is killed if it ends with
 * us.
 */
int tool_run(struct tool *tool, struct error *error) _must_check_;
void tool_free(struct tool *tool);
#define _cleanup_tool_ _cleanup_(tool_free)

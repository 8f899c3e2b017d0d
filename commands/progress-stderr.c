/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "commands/progress-stderr.h"

#include "base/clock.h"
#include "base/text.h"
#include "commands/terminal.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define USUAL_COLUMNS 80

static uint64_t now_ms(void *context _unused_)
{
	return (uint64_t)clock_ms();
}

static void say_on_terminal(void *context _unused_, const char *bytes, size_t n)
{
	fwrite(bytes, 1, n, stderr);
	fflush(stderr);
}

static void say_line(void *context _unused_, const char *bytes, size_t n)
{
	fprintf(stderr, "virt-layout: %.*s", (int)n, bytes);
}

static void say_nothing(void *context _unused_, const char *bytes _unused_,
			size_t n _unused_)
{
}

static unsigned terminal_columns(void)
{
	struct winsize size = {};

	if (!isatty(STDERR_FILENO) || !terminal_has_controls())
		return 0;
	ioctl(STDERR_FILENO, TIOCGWINSZ, &size);
	return size.ws_col ? size.ws_col : USUAL_COLUMNS;
}

struct progress watch_stderr(void)
{
	const char *wish = getenv("VIRT_LAYOUT_PROGRESS");
	unsigned columns = terminal_columns();

	return (struct progress){
		.now_ms = now_ms,
		.say = wish && streq(wish, "none") ? say_nothing
		       : columns                   ? say_on_terminal
						   : say_line,
		.columns = columns,
	};
}

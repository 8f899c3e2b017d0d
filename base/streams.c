/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/streams.h"

#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

/*
 * Opened in the wrong direction: a command that reads a closed standard input, or writes
 * to a closed standard output, must fail and not see an empty file or lose its result.
 */
static const int modes[] = {
	[STDIN_FILENO] = O_WRONLY,
	[STDOUT_FILENO] = O_RDONLY,
	[STDERR_FILENO] = O_RDWR,
};

void streams_occupy(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		int got;

		if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF)
			continue;
		got = open("/dev/null", modes[fd]);
		/*
		 * A file system without /dev, as in an initrd: its root directory serves
		 * as well.
		 */
		if (got < 0)
			got = open("/", O_RDONLY | O_DIRECTORY);
		if (got != fd)
			_exit(STATUS_SYSTEM);
	}
}

int streams_flush(struct error *error)
{
	errno = 0;
	if (fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	return error_system(error, errno, "standard output: cannot be written");
}

static void say(const char *program, const char *format, va_list args) _printf_(2, 0);
static void say(const char *program, const char *format, va_list args)
{
	_cleanup_text_ struct text text = {}, shown = {};

	text_vprintf(&text, format, args);
	text_add_shown(&shown, text.s ? text.s : "");
	fprintf(stderr, "%s%s%s\n", program ? program : "", program ? ": " : "",
		shown.s ? shown.s : "");
}

void streams_say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say("virt-layout", format, args);
	va_end(args);
}

void streams_say_as(const char *program, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(program, format, args);
	va_end(args);
}

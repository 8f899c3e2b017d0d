/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * run-marks.c - when a run reached each step: one line each in ROOT/marks, on the
 * monotonic clock, which all processes of a machine share (clock_gettime(2)). Written by
 * both processes of virt-layout-run, read by the process that started it.
 */
#include "planner/boot/run.h"

#include "base/file.h"
#include "base/mem.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

double run_clock_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void run_mark(const char *root, const char *what, double at_s)
{
	_cleanup_free_ char *path = xasprintf("%s/" RUN_MARKS, root);
	_cleanup_fd_ int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	_cleanup_free_ char *line = xasprintf("%s %.6f\n", what, at_s);
	_cleanup_error_ struct error ignored = {};

	if (fd >= 0) /* a run works without marks, but its times are unknown */
		error_ignore(file_write_fd(fd, path, line, strlen(line), &ignored));
}

double run_mark_read(const char *root, const char *what)
{
	_cleanup_text_ struct text text = {};
	char *rest, *line;

	run_root_read(root, RUN_MARKS, 4096, &text);
	if (text.n == 0)
		return 0;
	rest = text.s;
	while ((line = strsep(&rest, "\n"))) {
		const char *word = strsep(&line, " ");

		if (line && streq(word, what))
			return strtod(line, NULL);
	}
	return 0;
}

/* proc_pid_stat(5): field 22, in clock ticks since the machine's start. */
double run_process_start_s(pid_t pid)
{
	_cleanup_free_ char *path = xasprintf("/proc/%d/stat", (int)pid);
	_cleanup_error_ struct error ignored = {};
	_cleanup_text_ struct text text = {};
	unsigned long long ticks;
	struct timespec t;
	const char *after_name;
	double offset_s;

	if (file_read(path, 4096, &text, &ignored) < 0)
		return 0;
	after_name = strrchr(text.s, ')'); /* the name may contain anything */
	if (!after_name ||
	    sscanf(after_name,
		   ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
		   &ticks) != 1)
		return 0;
	clock_gettime(CLOCK_BOOTTIME, &t); /* continues while the machine is suspended */
	offset_s = (double)t.tv_sec + (double)t.tv_nsec / 1e9 - run_clock_s();
	return (double)ticks / (double)sysconf(_SC_CLK_TCK) - offset_s;
}

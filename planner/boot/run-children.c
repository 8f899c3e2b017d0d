/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* run-children.c - ends the processes below this one; run.h explains why. */
#include "planner/boot/run.h"

#include "base/file.h"
#include "base/mem.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CMDLINE_LIMIT = 1 << 20 };

/* A file of /proc/PID; an empty text if the process is gone. */
static struct text read_proc(const char *pid, const char *name)
{
	_cleanup_free_ char *path = xasprintf("/proc/%s/%s", pid, name);
	_cleanup_error_ struct error ignored = {};
	struct text text = {};

	if (file_read(path, CMDLINE_LIMIT, &text, &ignored) < 0)
		text_free(&text);
	return text;
}

/* proc_pid_stat(5): field 4; 0 if the process is gone. */
static pid_t parent_of(const char *pid)
{
	_cleanup_text_ struct text stat = read_proc(pid, "stat");
	/* the name may contain anything, even ") S 1" */
	const char *after_name = stat.n > 0 ? strrchr(stat.s, ')') : NULL;
	int parent;

	if (!after_name || sscanf(after_name, ") %*c %d", &parent) != 1)
		return 0;
	return parent;
}

/*
 * Whether a child has ended with all its threads, so that its own children are ours. Its
 * first thread may be a zombie earlier, while another thread is still their parent.
 */
static bool is_over(pid_t pid)
{
	siginfo_t info = {};

	return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0 ||
	       info.si_pid == pid;
}

/* Ends a child if it matches; true if it, or one that is ending, still exists. */
static bool end_child(const char *name, const char *root)
{
	_cleanup_text_ struct text words = read_proc(name, "cmdline");
	bool ending = words.n == 0; /* they come first */
	pid_t pid = atoi(name);

	if (root && !ending && !memmem(words.s, words.n, root, strlen(root)))
		return false;
	if (!root || !ending)
		kill(pid, SIGKILL);
	return !is_over(pid);
}

size_t run_kill_children(const char *root)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	size_t n = 0;

	while (proc && (entry = readdir(proc)))
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' &&
		    parent_of(entry->d_name) == getpid())
			n += end_child(entry->d_name, root);
	if (proc)
		closedir(proc);
	return n;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/boot/run-confine.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct name_space {
	int flag;
	const char *name;
} name_spaces[] = {
	{CLONE_NEWNS, "mount"},
	{CLONE_NEWNET, "network"},
	{CLONE_NEWIPC, "IPC"},
};

static int leave_name_spaces(struct error *error)
{
	for (size_t i = 0; i < ARRAY_SIZE(name_spaces); i++)
		if (unshare(name_spaces[i].flag) < 0)
			return error_system(error, errno, "cannot create a %s namespace",
					    name_spaces[i].name);
	return 0;
}

/* The pipe reveals a death that happened before prctl() was called. */
static void die_with_supervisor(int lifeline)
{
	struct pollfd wait = {.fd = lifeline, .events = 0};

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (poll(&wait, 1, 0) != 0)
		_exit(RUN_SYSTEM);
}

/*
 * Closes what the caller had open: libvirt and QEMU get only the lifeline and, if there
 * is one, the descriptor for capabilities.
 */
static void keep_open(struct run *run, int *lifeline)
{
	int kept = STDERR_FILENO + 1;
	int copy = fcntl(*lifeline, F_DUPFD_CLOEXEC, kept + 2);
	int capabilities = run->capabilities_fd < 0 ? -1
						    : fcntl(run->capabilities_fd,
							    F_DUPFD_CLOEXEC, kept + 2);

	*lifeline = dup3(copy, kept, O_CLOEXEC);
	run->capabilities_fd =
		capabilities < 0 ? -1 : dup3(capabilities, kept + 1, O_CLOEXEC);
	close_range((unsigned)kept + (capabilities < 0 ? 1 : 2), ~0u, 0);
}

_noreturn_ static void be_init(pid_t worker)
{
	int status;
	pid_t pid;

	do
		pid = wait(&status);
	while (pid != worker && (pid >= 0 || errno == EINTR));
	if (pid < 0)
		_exit(RUN_SYSTEM);
	_exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
}

int run_confine(struct run *run, int lifeline, struct error *error)
{
	mode_t mask = umask(022);
	gid_t group = 0;
	pid_t worker;

	keep_open(run, &lifeline);
	if (leave_name_spaces(error) < 0 || run_make_mounts(run, &group, error) < 0 ||
	    run_drop_privilege(group, error) < 0)
		return -1;
	umask(mask);
	die_with_supervisor(lifeline); /* a change of the user resets that */
	if (access(run->root, R_OK | W_OK | X_OK) < 0)
		return error_system(error, errno,
				    "%s: the user that QEMU runs as cannot use it",
				    run->root);
	setenv("TMPDIR", "/tmp", 1);
	worker = fork();
	if (worker < 0)
		return error_system(error, errno, "cannot start the worker");
	if (worker > 0)
		be_init(worker);
	close(lifeline);
	return 0;
}

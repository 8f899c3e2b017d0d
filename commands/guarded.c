/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Theory of operation. The child sends two bytes as soon as it knows its settings (strict
 * or not, its time limit), then the answer, through one pipe, and exits. Until it has
 * sent them, the whole time limit applies and the work is not strict. It is killed when
 * its time is over, and by the kernel when this process dies.
 */
#include "commands/guarded.h"

#include "base/child.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/streams.h"
#include "commands/hook-limit.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#define TERMS_BYTES 2
#define FAILED      99 /* the child's exit status for an error */

void guarded_free(struct guarded *guarded)
{
	text_free(&guarded->answer);
}

void guard_say(const struct error *error)
{
	_cleanup_text_ struct text text = {};

	text_add_shown(&text, error->message);
	streams_say("%s", text.s);
}

int guard_send_terms(int fd, const struct guard_terms *terms, struct error *error)
{
	unsigned limit_s = terms->time_limit_s;
	const char bytes[TERMS_BYTES] = {terms->strict,
					 (char)(limit_s ? MIN(limit_s, HOOK_TIME_LIMIT_S)
							: HOOK_TIME_LIMIT_S)};

	return file_write_fd(fd, "the pipe", bytes, sizeof(bytes), error);
}

static _noreturn_ void run_child(guarded_work *work, const void *user, int fd,
				 pid_t parent)
{
	_cleanup_error_ struct error error = {};
	int status;

	child_ends_with(parent);
	status = work(user, fd, &error);
	if (status < 0)
		guard_say(&error);
	fflush(stdout);
	_exit(status < 0 ? FAILED : status);
}

static int limit_of(const struct text *sent)
{
	return sent->n >= TERMS_BYTES ? sent->s[1] : HOOK_TIME_LIMIT_S;
}

/* True once the other end is closed; false when the time is over. */
static bool read_all(int fd, struct text *sent)
{
	int64_t start_ms = clock_ms();

	for (;;) {
		struct pollfd poller = {.fd = fd, .events = POLLIN};
		int64_t left_ms = start_ms + limit_of(sent) * 1000 - clock_ms();
		char buffer[65536];
		ssize_t n;

		if (left_ms <= 0)
			return false;
		if (poll(&poller, 1, (int)left_ms) <= 0)
			continue;
		n = read(fd, buffer, sizeof(buffer));
		if (n > 0)
			text_add(sent, buffer, (size_t)n);
		else if (n == 0 || errno != EINTR)
			return true;
	}
}

static int judge(int status, bool ended, const struct text *sent, struct error *error)
{
	if (!ended)
		return error_system(error, 0, "virt-layout took more than %d s",
				    limit_of(sent));
	if (WIFSIGNALED(status))
		return error_system(error, 0, "virt-layout crashed (signal %d)",
				    WTERMSIG(status));
	if (WEXITSTATUS(status) == FAILED)
		return error_system(error, 0,
				    "virt-layout failed (see the messages above)");
	if (sent->n < TERMS_BYTES)
		return error_system(error, 0, "virt-layout ended without a result");
	return 0;
}

static int supervise(pid_t child, int fd, struct guarded *ret, struct error *error)
{
	_cleanup_text_ struct text sent = {};
	bool ended = read_all(fd, &sent);
	int status, fault = 0;

	if (!ended)
		kill(child, SIGKILL);
	while (waitpid(child, &status, 0) < 0 && fault == 0)
		fault = errno == EINTR ? 0 : errno;
	if (sent.n >= TERMS_BYTES) {
		ret->strict = sent.s[0];
		text_add(&ret->answer, sent.s + TERMS_BYTES, sent.n - TERMS_BYTES);
	}
	if (fault)
		return error_system(error, fault, "cannot wait for the child process");
	if (judge(status, ended, &sent, error) < 0)
		return -1;
	ret->status = WEXITSTATUS(status);
	return 0;
}

int guarded_run(guarded_work *work, const void *user, struct guarded *ret,
		struct error *error)
{
	_cleanup_fd_ int read_end = -1;
	int ends[2];
	pid_t parent = getpid(), child;

	if (pipe(ends) < 0)
		return error_system(error, errno, "cannot create a pipe");
	read_end = ends[0];
	child = fork();
	if (child == 0)
		run_child(work, user, ends[1], parent);
	close(ends[1]);
	if (child < 0)
		return error_system(error, errno, "cannot create a child process");
	return supervise(child, read_end, ret, error);
}

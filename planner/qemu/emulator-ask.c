/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Theory of operation. QEMU gets one end of a socket pair as its standard input and
 * output, all questions at once, the last of which is quit. What it writes is collected
 * until it closes its end or the time is over; then its process group is killed and it is
 * waited for. The answers are read afterwards.
 *
 * On a busy machine it may wait for a CPU most of the time. That time, which Linux counts
 * (Documentation/scheduler/sched-stats.rst, /proc/PID/schedstat), is not part of the
 * limit, but a program never gets more than PATIENCE times the limit.
 */
#include "planner/qemu/emulators.h"

#include "base/child.h"
#include "base/clock.h"
#include "base/macros.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Ten times what any QEMU was seen to say. */
#define ANSWER_LIMIT (8u << 20)
/* How long a killed program may take to end before nobody waits for it any more. */
#define KILLED_MS 500
/* How many times longer than its limit a program may take that waits for a CPU. */
#define PATIENCE 8
/* How often it is found out how long it waited. */
#define LOOK_MS 50

/* In the child: nothing of ours but the socket, no core dump, no messages. */
static _noreturn_ void run(const char *path, int fd, pid_t parent)
{
	const struct rlimit no_core = {};
	sigset_t none;
	int null = open("/dev/null", O_WRONLY);

	child_ends_with(parent);
	setpgid(0, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setrlimit(RLIMIT_CORE, &no_core);
	if (null < 0 || dup2(fd, STDIN_FILENO) < 0 || dup2(fd, STDOUT_FILENO) < 0 ||
	    dup2(null, STDERR_FILENO) < 0 || chdir("/") < 0)
		_exit(127);
	close_range(STDERR_FILENO + 1, ~0u, 0);
	execl(path, path, "-S", "-no-user-config", "-nodefaults", "-display", "none",
	      "-machine", "none", "-qmp", "stdio", (char *)NULL);
	_exit(127);
}

/* How long the program has waited for a CPU until now; 0 if Linux does not tell. */
static int64_t waited_ms(pid_t child)
{
	_cleanup_free_ char *path = xasprintf("/proc/%d/schedstat", (int)child);
	FILE *file = fopen(path, "re");
	unsigned long long waited_ns = 0;

	if (!file)
		return 0;
	if (fscanf(file, "%*u %20llu", &waited_ns) != 1)
		waited_ns = 0;
	fclose(file);
	return (int64_t)(waited_ns / 1000000);
}

/* What the program has used of its time. */
static int64_t used_ms(pid_t child, int64_t start_ms)
{
	return MAX(clock_ms() - start_ms - waited_ms(child), INT64_C(0));
}

/* True when the other end is closed; false when the time is over, or it says too much. */
static bool collect(int fd, pid_t child, int limit_ms, int64_t start_ms, struct text *ret)
{
	while (ret->n <= ANSWER_LIMIT) {
		struct pollfd poller = {.fd = fd, .events = POLLIN};
		int64_t left_ms = limit_ms - used_ms(child, start_ms);
		bool over = left_ms <= 0 ||
			    clock_ms() - start_ms > (int64_t)limit_ms * PATIENCE;
		char buffer[65536];
		ssize_t n;

		/* What has arrived is read, even if this program was the one to wait. */
		if (poll(&poller, 1, over ? 0 : (int)MIN(left_ms, LOOK_MS)) <= 0) {
			if (over)
				return false;
			continue;
		}
		if (clock_ms() - start_ms > (int64_t)limit_ms * (PATIENCE + 1))
			return false;
		n = read(fd, buffer, sizeof(buffer));
		if (n > 0)
			text_add(ret, buffer, (size_t)n);
		else if (n == 0 || (errno != EINTR && errno != EAGAIN))
			return true;
	}
	return false;
}

/* The program and what it started; it is our child until it was waited for. */
static void stop(pid_t child)
{
	int64_t end_ms = clock_ms() + KILLED_MS;
	const struct timespec pause = {.tv_nsec = 2000000};

	kill(-child, SIGKILL);
	kill(child, SIGKILL);
	while (waitpid(child, NULL, WNOHANG) == 0 && clock_ms() < end_ms)
		nanosleep(&pause, NULL);
}

static pid_t start(const char *path, int ends[2])
{
	pid_t parent = getpid(), child;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return -1;
	child = fork();
	if (child == 0)
		run(path, ends[1], parent);
	close(ends[1]);
	if (child < 0)
		close(ends[0]);
	else
		/* Whoever of the two is first. */
		setpgid(child, child);
	return child;
}

int emulator_ask(int limit_ms, struct machine_emulator *ret)
{
	_cleanup_text_ struct text questions = {}, answers = {};
	int64_t start_ms = clock_ms(), took_ms;
	bool ended;
	int ends[2];
	pid_t child;

	child = limit_ms > 0 ? start(ret->path, ends) : -1;
	if (child < 0) {
		ret->unknown =
			xstrdup("it was not asked: there was no time or no memory");
		return 0;
	}
	text_add_questions(&questions);
	/* They fit into the socket's buffer; a program that ended gets nothing. */
	ended = send(ends[0], questions.s, questions.n, MSG_NOSIGNAL | MSG_DONTWAIT) ==
				(ssize_t)questions.n
			? collect(ends[0], child, limit_ms, start_ms, &answers)
			: true;
	took_ms = used_ms(child, start_ms);
	stop(child);
	close(ends[0]);
	if (emulator_take_answers(answers.n ? answers.s : "", answers.n, ret))
		return (int)MIN(took_ms, (int64_t)limit_ms);
	ret->unknown =
		ended ? xstrdup("it ended without an answer that can be understood")
		      : xasprintf("it did not answer within %d ms", limit_ms);
	return (int)MIN(took_ms, (int64_t)limit_ms);
}

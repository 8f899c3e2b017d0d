/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * run-supervise.c - the parent of everything that a run starts; see run.h. One loop waits
 * for the worker's end, QEMU's connection, bytes in both directions on the serial line,
 * signals and the time limit.
 */
#include "planner/boot/run-confine.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/streams.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	KILL_LIMIT_S = 10, /* for a process in the kernel's uninterruptible sleep */
	DRAIN_LIMIT_S = 5, /* for a reader that does not read */
	POLL_LIMIT_MS = 1000,
	START_LIMIT_S = 120, /* for libvirt and QEMU, until the guest's CPUs run */
};

/* One direction of the serial line. */
struct channel {
	int from, to;    /* -1: closed or not connected yet */
	size_t start, n; /* part of bytes still to be written */
	char bytes[16384];
};

struct supervisor {
	struct run *run;
	int signals, listener, serial;
	struct channel out, in; /* to standard output; to the guest */
	pid_t worker;
	int worker_status; /* as waitpid gives it */
	bool worker_ended, end;
	int signal; /* that told us to end */
	bool timed_out, started;
	int lifeline; /* a confined run ends when this is closed */
};

/* Children of killed processes become ours, so in the end there are none below us. */
static void kill_all(struct supervisor *s)
{
	double limit_s = run_clock_s() + KILL_LIMIT_S;
	int status;
	pid_t pid;

	for (;;) {
		while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
			if (pid == s->worker && !s->worker_ended) {
				s->worker_ended = true;
				s->worker_status = status;
			}
		if ((pid < 0 && errno == ECHILD) || run_clock_s() > limit_s)
			return;
		run_kill_children(NULL);
		usleep(2000);
	}
}

static void on_signals(struct supervisor *s)
{
	struct signalfd_siginfo info;
	int status;
	pid_t pid;

	while (read(s->signals, &info, sizeof(info)) == sizeof(info))
		if (info.ssi_signo != SIGCHLD) {
			s->signal = (int)info.ssi_signo;
			s->end = true;
		}
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if (pid == s->worker) {
			s->worker_ended = true;
			s->worker_status = status;
		}
}

static void accept_serial(struct supervisor *s)
{
	struct ucred qemu;
	socklen_t length = sizeof(qemu);

	s->serial = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	s->out.from = s->in.to = s->serial;
	if (s->serial >= 0 &&
	    getsockopt(s->serial, SOL_SOCKET, SO_PEERCRED, &qemu, &length) == 0)
		run_mark(s->run->root, RUN_MARK_QEMU, run_process_start_s(qemu.pid));
}

/* False at the end of the source. */
static bool channel_fill(struct channel *channel)
{
	ssize_t n = read(channel->from, channel->bytes, sizeof(channel->bytes));

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	channel->start = 0;
	channel->n = n > 0 ? (size_t)n : 0;
	return n > 0;
}

/* False if the other end is closed. */
static bool channel_drain(struct channel *channel)
{
	/* A writable pipe has room for PIPE_BUF; writing more might block. */
	ssize_t n = write(channel->to, channel->bytes + channel->start,
			  MIN(channel->n, (size_t)PIPE_BUF));

	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	channel->start += (size_t)n;
	channel->n -= (size_t)n;
	return true;
}

/*
 * What to wait for: bytes if there are none, else room for them. Either end may be
 * closed.
 */
static struct pollfd channel_poll(const struct channel *channel)
{
	if (channel->n > 0)
		return (struct pollfd){.fd = channel->to, .events = POLLOUT};
	return (struct pollfd){.fd = channel->from, .events = POLLIN};
}

static void step_out(struct supervisor *s)
{
	if (s->out.n > 0) {
		if (!channel_drain(&s->out))
			s->end = true; /* the reader is gone */
	} else if (!channel_fill(&s->out)) {
		s->out.from = -1;
	}
}

static void step_in(struct supervisor *s)
{
	if (s->in.n > 0) {
		if (!channel_drain(&s->in))
			s->in.n = 0;
	} else if (!channel_fill(&s->in)) {
		s->end = true;
	}
}

/* Waits once, for at most @limit_ms, and handles the events. */
static void step(struct supervisor *s, int limit_ms)
{
	struct pollfd wait[5] = {
		{.fd = s->signals, .events = POLLIN},
		{.fd = s->serial < 0 ? s->listener : -1, .events = POLLIN},
		channel_poll(&s->out),
		channel_poll(&s->in),
		/* the writer is gone, even if the guest has not read everything yet */
		{.fd = s->in.n > 0 ? s->in.from : -1, .events = 0},
	};

	if (poll(wait, ARRAY_SIZE(wait), limit_ms) <= 0)
		return;
	if (wait[0].revents)
		on_signals(s);
	if (wait[1].revents)
		accept_serial(s);
	if (wait[2].revents)
		step_out(s);
	if (wait[3].revents)
		step_in(s);
	if (wait[4].revents)
		s->end = true;
}

/* Runs a domain; the other modes start no guest. */
static bool has_started(struct supervisor *s)
{
	if (!s->started)
		s->started = !streq(s->run->mode, "run") ||
			     run_mark_read(s->run->work, RUN_MARK_RUNNING) > 0;
	return s->started;
}

/* The time limits for the start and for the whole run. */
static double start_limit_s(const struct supervisor *s)
{
	double limit_s = s->run->time_limit_s;

	return limit_s > 0 ? MIN(limit_s, (double)START_LIMIT_S) : START_LIMIT_S;
}

static void wait_for_end(struct supervisor *s)
{
	double began_s = run_clock_s();

	while (!s->end && !s->worker_ended) {
		bool is_starting = !has_started(s);
		double limit_s = is_starting ? start_limit_s(s) : s->run->time_limit_s;
		double left_s = began_s + limit_s - run_clock_s();

		if (limit_s > 0 && left_s <= 0) {
			s->timed_out = true;
			break;
		}
		step(s, POLL_LIMIT_MS < left_s * 1000 || limit_s <= 0
				? POLL_LIMIT_MS
				: (int)(left_s * 1000) + 1);
	}
}

/* There are no more writers: flushes pending bytes, then ends the line. */
static void drain(struct supervisor *s)
{
	double limit_s = run_clock_s() + DRAIN_LIMIT_S;

	if (s->serial < 0 && s->listener >= 0)
		accept_serial(s);
	s->in.from = -1;
	s->in.n = 0;
	while (!s->end && (s->out.from >= 0 || s->out.n > 0) && run_clock_s() < limit_s)
		step(s, 100);
}

static int say_hung(const struct supervisor *s)
{
	double limit_s = start_limit_s(s);

	if (limit_s < START_LIMIT_S)
		streams_say_as(
			NULL,
			"the guest did not start within %.4g s; give it more with --time-limit, unless libvirt or QEMU hangs",
			limit_s);
	else
		streams_say_as(
			NULL,
			"the guest did not start within %.4g s: libvirt or QEMU hangs",
			limit_s);
	return RUN_HUNG;
}

/* The worker's status, or what ended it. */
static int judge(const struct supervisor *s, struct error *error)
{
	int crashed = 0;

	if (s->signal)
		return error_system(error, 0, "interrupted (%s)", strsignal(s->signal));
	if (s->timed_out && !s->started)
		return say_hung(s);
	if (s->timed_out)
		return RUN_TIMEOUT;
	if (s->end)
		return RUN_OK;
	if (WIFSIGNALED(s->worker_status))
		crashed = WTERMSIG(s->worker_status);
	else if (WEXITSTATUS(s->worker_status) > 128) /* run_confine */
		crashed = WEXITSTATUS(s->worker_status) - 128;
	if (crashed)
		return error_system(error, 0, "libvirt's driver crashed (%s)",
				    strsignal(crashed));
	return WEXITSTATUS(s->worker_status);
}

/* Reports why a run does not begin, before anything was opened. */
_noreturn_ static void give_up(const struct error *error)
{
	streams_say_as(NULL, "%s", error->message);
	_exit(RUN_UNCONFINED);
}

_noreturn_ static void become_worker(struct supervisor *s, pid_t supervisor,
				     const sigset_t *mask, int lifeline)
{
	_cleanup_error_ struct error error = {};
	struct run *run = s->run;
	bool serial = streq(run->mode, "run");
	int null = open("/dev/null", O_RDWR), status;

	/* QEMU must not find a socket on which nobody listens any more. */
	close_fd(&s->listener);
	close_fd(&s->signals);
	sigprocmask(SIG_SETMASK, mask, NULL);
	setsid(); /* a terminal's Ctrl-C is for the supervisor */
	dup2(null, STDIN_FILENO);
	if (serial)
		dup2(null, STDOUT_FILENO);
	close_fd(&s->lifeline);
	if (run->confined) {
		if (run_confine(run, lifeline, &error) < 0)
			give_up(&error);
		supervisor = getppid();
	}
	status = run_worker(run, supervisor, &error);
	if (status >= 0 && streams_flush(&error) < 0)
		status = -1;
	if (status < 0) {
		streams_say_as("virt-layout-run", "%s", error.message);
		status = (int)error.status;
	}
	if (getppid() != supervisor && run->remove && !run->confined)
		run_root_remove(run->root);
	_exit(status);
}

static int start_worker(struct supervisor *s, struct error *error)
{
	pid_t supervisor = getpid(); /* the worker may call getppid() after our death */
	sigset_t ours, before;
	int pipe[2];

	sigemptyset(&ours);
	sigaddset(&ours, SIGCHLD);
	sigaddset(&ours, SIGINT);
	sigaddset(&ours, SIGTERM);
	sigaddset(&ours, SIGHUP);
	signal(SIGPIPE, SIG_IGN);
	sigprocmask(SIG_BLOCK, &ours, &before);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	s->signals = signalfd(-1, &ours, SFD_CLOEXEC | SFD_NONBLOCK);
	if (s->signals < 0 || pipe2(pipe, O_CLOEXEC) < 0)
		return error_system(error, errno, "cannot start the worker");
	s->lifeline = pipe[1];
	s->worker = fork();
	if (s->worker == 0)
		become_worker(s, supervisor, &before, pipe[0]);
	close(pipe[0]);
	if (s->worker < 0)
		return error_system(error, errno, "cannot start the worker");
	return 0;
}

/* All later children are in a PID namespace, whose init is the first one. */
static int confine(struct run *run, struct error *error)
{
	if (!run->confined)
		return 0;
	if (unshare(CLONE_NEWPID) < 0)
		error_system(error, errno, "cannot create a PID namespace");
	else if (run_root_hand_over(run, error) == 0)
		return 0;
	streams_say_as(NULL, "%s", error->message);
	return RUN_UNCONFINED;
}

static int supervise(struct supervisor *s, struct error *error)
{
	int answer;

	if (streq(s->run->mode, "run")) {
		s->listener = run_root_listen(s->run, error);
		if (s->listener < 0)
			return -1;
		s->in.from = STDIN_FILENO;
		s->out.to = STDOUT_FILENO;
	}
	answer = confine(s->run, error);
	if (answer != 0)
		return answer;
	if (start_worker(s, error) < 0)
		return -1;
	wait_for_end(s);
	kill_all(s);
	drain(s);
	return judge(s, error);
}

int run_supervise(struct run *run, struct error *error)
{
	struct supervisor s = {
		.run = run,
		.signals = -1,
		.listener = -1,
		.serial = -1,
		.lifeline = -1,
		.out = {.from = -1, .to = -1},
		.in = {.from = -1, .to = -1},
	};
	int status = supervise(&s, error);

	close_fd(&s.signals);
	close_fd(&s.listener);
	close_fd(&s.serial);
	close_fd(&s.lifeline);
	if (run->remove)
		run_root_remove(run->root);
	return status;
}

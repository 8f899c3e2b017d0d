/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * boot-session.c - virt-layout-run from start to end: passes its serial line to serial.h,
 * keeps its messages for an error, and forwards signals by closing its pipe.
 */
#include "planner/boot/boot.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/streams.h"
#include "planner/boot/run.h"
#include "planner/boot/run-settings.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

enum {
	CTRL_D = 4,
	TICK_MS = 200,
	FILE_TICK_MS = 5,
	MESSAGES_LIMIT = 65536,
	LATE_S = 20,      /* by how much virt-layout-run may exceed the time limit */
	END_LIMIT_S = 20, /* for virt-layout-run to end, after it was told to */
	GIVE_UP_S = 40,   /* for processes that survive SIGKILL */
};

struct session {
	const struct boot_session *of;
	struct boot_result *result;
	int input, output, messages; /* virt-layout-run's, our ends; -1 closed */
	int signals;
	pid_t pid;
	bool ended;       /* virt-layout-run */
	bool alone;       /* no process below it is left either */
	double stopped_s; /* when it was told to end, since the start; 0: not yet */
	bool in_shell, typed_all, has_terminal;
	size_t typed_start,
		n_typed; /* part of typed that was not sent to the guest yet */
	char typed[1024];
	struct termios terminal; /* the original settings, if has_terminal */
};

static double since_start_s(const struct session *s)
{
	return run_clock_s() - s->of->began_s;
}

/* What runs in the guest, according to the serial line. */
static const char *stage(const struct session *s)
{
	enum boot_stop stop = s->of->request->stop_after;

	if (stop == STOP_AFTER_TABLES)
		return "tables";
	if (s->result->times.started > 0)
		return stop == STOP_AFTER_FIRMWARE ? "report" : "agent";
	return stop == STOP_AFTER_KERNEL && s->result->times.first_byte > 0 ? "kernel"
									    : "firmware";
}

/* Closes the pipe: the run then ends its domain and itself. */
static void tell_end(struct session *s)
{
	if (s->input >= 0)
		s->stopped_s = since_start_s(s);
	close_fd(&s->input);
}

/* The domain as libvirt runs it; the run removes the file at its end. */
static void read_booted(struct session *s)
{
	run_root_read(s->of->work, RUN_LIVE_XML, FILE_LIMIT, &s->result->booted);
}

/* While the shell runs, the terminal belongs to the guest: keys are passed on unread. */
static void begin_shell(struct session *s)
{
	struct termios raw;

	progress_end(s->of->request->progress);
	s->in_shell = true;
	if (tcgetattr(STDIN_FILENO, &s->terminal) < 0)
		return;
	raw = s->terminal;
	cfmakeraw(&raw);
	s->has_terminal = tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0;
}

/*
 * A time that virt-layout-run recorded; 0 if it did not. Its supervisor writes to the
 * root; its worker, which may be another user, to the directory that is its root.
 */
static double read_mark(const struct session *s, const char *directory, const char *what)
{
	double at_s = run_mark_read(directory, what);

	return at_s > 0 ? MAX(at_s - s->of->began_s, 0.0) : 0;
}

static void on_agent(struct session *s)
{
	s->result->times.started = since_start_s(s);
	s->result->times.qemu = read_mark(s, s->of->root, RUN_MARK_QEMU);
	s->result->times.running = read_mark(s, s->of->work, RUN_MARK_RUNNING);
	read_booted(s);
}

static void on_typed(struct session *s)
{
	ssize_t n = read(STDIN_FILENO, s->typed, sizeof(s->typed));

	if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN))
		s->typed_all = true;
	s->typed_start = 0;
	s->n_typed = n > 0 ? (size_t)n : 0;
}

/*
 * Sends typed bytes to the shell in the guest, as fast as its port accepts them. The pipe
 * does not block, so too much input does not keep us from reading.
 */
static void pass_typed(struct session *s)
{
	ssize_t n = write(s->input, s->typed + s->typed_start, s->n_typed);

	if (n < 0 && errno != EAGAIN && errno != EINTR)
		tell_end(s);
	if (n > 0) {
		s->typed_start += (size_t)n;
		s->n_typed -= (size_t)n;
	}
}

/* Waits for room if bytes are pending, else for more input. */
static struct pollfd typed_poll(const struct session *s)
{
	bool there = s->in_shell && s->input >= 0;

	if (there && s->n_typed > 0)
		return (struct pollfd){.fd = s->input, .events = POLLOUT};
	return (struct pollfd){.fd = there && !s->typed_all ? STDIN_FILENO : -1,
			       .events = POLLIN};
}

/*
 * The end of the input ends the shell. It is sent again at every tick, because a shell
 * that is changing the terminal's mode loses it.
 */
static void end_shell(struct session *s)
{
	static const char end = CTRL_D;

	if (s->in_shell && s->typed_all && s->n_typed == 0 && s->input >= 0 &&
	    write(s->input, &end, 1) < 0 && errno != EAGAIN)
		tell_end(s);
}

static void on_messages(struct session *s)
{
	char bytes[4096];
	ssize_t n = read(s->messages, bytes, sizeof(bytes));

	if (n < 0 && errno == EINTR)
		return;
	if (n <= 0)
		close_fd(&s->messages);
	else if (s->result->messages.n < MESSAGES_LIMIT)
		text_add(&s->result->messages, bytes, (size_t)n);
}

static void on_signal(struct session *s)
{
	struct signalfd_siginfo info;

	if (read(s->signals, &info, sizeof(info)) != sizeof(info) ||
	    info.ssi_signo == SIGCHLD)
		return;
	s->result->interrupted = true;
	tell_end(s);
}

/*
 * The run ends after all processes below it have ended. If it was killed, we inherit
 * them: they are ended too, and their pending output is still read.
 */
static void see_end(struct session *s)
{
	int status = 0;
	pid_t pid = s->ended ? 0 : waitpid(s->pid, &status, WNOHANG);

	if (pid == 0 || (pid < 0 && errno == EINTR))
		return;
	s->ended = true;
	if (pid > 0 && WIFEXITED(status))
		s->result->run_status = WEXITSTATUS(status);
	else if (pid > 0)
		text_printf(&s->result->messages, "virt-layout-run was stopped: %s\n",
			    strsignal(WTERMSIG(status)));
	tell_end(s);
}

/*
 * The deadline for the agent's first message, if there is one, and for the end of the
 * run, which may be stopped and thus unable to enforce its own limit.
 */
static void keep_limits(struct session *s)
{
	double since_prepared_s = since_start_s(s) - s->result->times.prepared;
	double since_stop_s = s->stopped_s > 0 ? since_start_s(s) - s->stopped_s : 0;

	if (s->of->start_limit_s > 0 && s->result->serial.state == SERIAL_WAITING &&
	    !s->result->tables.done && since_prepared_s > s->of->start_limit_s)
		tell_end(s);
	if (s->of->request->time_limit_s > 0 &&
	    since_prepared_s > s->of->request->time_limit_s + LATE_S)
		tell_end(s);
	if (since_stop_s > END_LIMIT_S && !s->ended)
		kill(s->pid, SIGKILL);
	if (s->ended && !s->alone)
		s->alone = run_kill_children(s->of->root) == 0;
	if (since_stop_s > GIVE_UP_S) {
		close_fd(&s->output);
		close_fd(&s->messages);
		s->alone = true;
	}
}

/* Whether to wait for a reader that does not read: not long after the end. */
static bool is_patient(const struct session *s)
{
	return !s->result->interrupted &&
	       (s->stopped_s <= 0 || since_start_s(s) - s->stopped_s < END_LIMIT_S);
}

/*
 * The shell's output goes to standard error; standard output is for the result. Its
 * reader may block: limits and signals still work.
 */
static void show_shell(struct session *s, const char *bytes, size_t n)
{
	if (!s->in_shell && s->result->serial.shell) {
		begin_shell(s);
		return;
	}
	while (s->in_shell && n > 0) {
		struct pollfd wait[] = {
			{.fd = STDERR_FILENO, .events = POLLOUT},
			{.fd = s->signals, .events = POLLIN},
		};
		ssize_t done = 0;

		poll(wait, ARRAY_SIZE(wait), TICK_MS);
		if (wait[1].revents)
			on_signal(s);
		keep_limits(s);
		/* A writable pipe has room for PIPE_BUF; writing more might block. */
		if (wait[0].revents)
			done = write(STDERR_FILENO, bytes, MIN(n, (size_t)PIPE_BUF));
		else if (!is_patient(s))
			return;
		if (done < 0 && errno != EINTR && errno != EAGAIN)
			return;
		bytes += MAX(done, (ssize_t)0);
		n -= (size_t)MAX(done, (ssize_t)0);
	}
}

/* Requests to QEMU; they fit into the pipe, because each answer is awaited. */
static void ask_tables(struct session *s)
{
	struct text *out = &s->result->tables.out;

	if (out->n > 0 && s->input >= 0 && write(s->input, out->s, out->n) < 0)
		tell_end(s);
	text_free(out);
}

/* The tables have arrived; the domain as libvirt completed it may come a moment later. */
static void wait_for_libvirt(struct session *s)
{
	struct boot_times *times = &s->result->times;

	if (!s->result->tables.done || times->tables > 0)
		return;
	times->running = read_mark(s, s->of->work, RUN_MARK_RUNNING);
	if (times->running <= 0 && !s->result->tables.fault)
		return;
	times->qemu = read_mark(s, s->of->root, RUN_MARK_QEMU);
	read_booted(s);
	times->tables = times->done = since_start_s(s);
	tell_end(s);
	close_fd(&s->output);
}

static void on_tables(struct session *s, const char *bytes, size_t n)
{
	fw_cfg_feed(&s->result->tables, bytes, n);
	ask_tables(s);
}

static void on_serial(struct session *s)
{
	struct boot_times *times = &s->result->times;
	struct serial *serial = &s->result->serial;
	char bytes[65536];
	ssize_t n = read(s->output, bytes, sizeof(bytes));

	if (n < 0 && errno == EINTR)
		return;
	if (n <= 0) {
		close_fd(&s->output);
		return;
	}
	if (times->first_byte <= 0)
		times->first_byte = since_start_s(s);
	if (s->of->request->stop_after == STOP_AFTER_TABLES) {
		on_tables(s, bytes, (size_t)n);
		return;
	}
	serial_feed(serial, bytes, (size_t)n);
	show_shell(s, bytes, (size_t)n);
	if (serial->started && times->started <= 0)
		on_agent(s);
	if (serial->has_record && times->recorded <= 0)
		times->recorded = since_start_s(s);
	if (serial->state == SERIAL_DONE || serial->state == SERIAL_DAMAGED) {
		times->done = since_start_s(s);
		if (s->result->booted.n == 0) /* the payload may be faster than libvirt */
			read_booted(s);
		tell_end(s);
		close_fd(&s->output); /* its other output is not needed */
	}
}

/* Until the run has ended, no process is left below us, and its pipes are closed. */
static bool goes_on(struct session *s)
{
	see_end(s);
	keep_limits(s);
	return s->output >= 0 || s->messages >= 0 || !s->alone;
}

/* After the tables have arrived, a file is awaited, which cannot be polled. */
static int tick_ms(const struct session *s)
{
	return s->result->tables.done && s->stopped_s <= 0 ? FILE_TICK_MS : TICK_MS;
}

static void follow(struct session *s)
{
	s->result->run_status = RUN_SYSTEM;
	ask_tables(s);
	progress_begin_stage(s->of->request->progress, stage(s), "booting under %s",
			     s->result->accel == ACCEL_KVM ? "KVM" : "TCG");
	while (goes_on(s)) {
		struct pollfd wait[] = {
			{.fd = s->output, .events = POLLIN},
			{.fd = s->messages, .events = POLLIN},
			{.fd = s->signals, .events = POLLIN},
			typed_poll(s),
		};

		progress_stage(s->of->request->progress, stage(s));
		wait_for_libvirt(s);
		if (poll(wait, ARRAY_SIZE(wait), tick_ms(s)) <= 0) {
			end_shell(s);
			continue;
		}
		if (wait[0].revents)
			on_serial(s);
		if (wait[1].revents)
			on_messages(s);
		if (wait[2].revents)
			on_signal(s);
		if (wait[3].revents && s->n_typed > 0)
			pass_typed(s);
		else if (wait[3].revents)
			on_typed(s);
	}
}

_noreturn_ static void become_run(const struct session *s, const int fds[3],
				  const sigset_t *mask)
{
	const struct boot_request *request = s->of->request;
	_cleanup_free_ char *domain = xasprintf("%s/domain.xml", s->of->root);
	_cleanup_free_ char *limit = xasprintf("%.3f", request->time_limit_s);
	_cleanup_free_ char *fd = xasprintf("%d", s->of->cache->fd);
	bool cached = s->of->cache->fd >= 0;
	const char *words[] = {request->run,
			       "--remove",
			       "--time-limit",
			       limit,
			       "run",
			       s->of->root,
			       domain,
			       request->as_root ? "--as-root" : NULL,
			       request->stop_after == STOP_AFTER_TABLES ? "--paused"
									: NULL,
			       request->emulator ? "--emulator" : NULL,
			       request->emulator,
			       cached ? "--capabilities-of" : NULL,
			       cached ? s->of->cache->emulator : NULL,
			       cached ? "--capabilities-fd" : NULL,
			       cached ? fd : NULL};
	char *list[ARRAY_SIZE(words) + 1] = {};
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (words[i])
			list[n++] = xstrdup(words[i]); /* as execv needs them */

	signal(SIGPIPE, SIG_DFL);
	sigprocmask(SIG_SETMASK, mask, NULL);
	setpgid(0, 0); /* a terminal's Ctrl-C is for us; the pipe tells the run */
	for (int i = 0; i < 3; i++)
		dup2(fds[i], i);
	if (cached)
		fcntl(s->of->cache->fd, F_SETFD, 0);
	execv(request->run, list);
	streams_say_as(request->run, "%s", strerror(errno));
	_exit(RUN_SYSTEM);
}

static int start(struct session *s, const sigset_t *mask, struct error *error)
{
	int pipes[3][2] = {{-1, -1}, {-1, -1}, {-1, -1}};
	int theirs[3];

	for (int i = 0; i < 3; i++)
		if (pipe2(pipes[i], O_CLOEXEC) < 0)
			return error_system(error, errno, "cannot create a pipe");
	for (int i = 0; i < 3; i++)
		theirs[i] = pipes[i][i != 0];
	s->input = pipes[0][1];
	fcntl(s->input, F_SETFL, O_NONBLOCK);
	s->output = pipes[1][0];
	s->messages = pipes[2][0];
	s->pid = fork();
	if (s->pid == 0)
		become_run(s, theirs, mask);
	for (int i = 0; i < 3; i++)
		close(theirs[i]);
	return s->pid < 0 ? error_system(error, errno, "cannot create a process") : 0;
}

static void finish(struct session *s)
{
	tell_end(s);
	close_fd(&s->output);
	close_fd(&s->messages);
	progress_end(s->of->request->progress);
	if (s->has_terminal)
		tcsetattr(STDIN_FILENO, TCSANOW, &s->terminal);
	text_add(&s->result->messages, "", 0);
	if (s->of->request->stop_after != STOP_AFTER_TABLES)
		serial_finish(&s->result->serial);
	s->result->times.ended = since_start_s(s);
	boot_times_settle(&s->result->times, s->result->serial.uptime_s,
			  s->of->request->stop_after == STOP_AFTER_FIRMWARE);
}

int boot_session_run(const struct boot_session *session, struct boot_result *result,
		     struct error *error)
{
	struct session s = {.of = session,
			    .result = result,
			    .input = -1,
			    .output = -1,
			    .messages = -1};
	struct run_settings before = {};
	int answer;

	run_settings_apply(&before);
	s.signals = signalfd(-1, &session->watched, SFD_CLOEXEC | SFD_NONBLOCK);
	answer = start(&s, &session->mask, error);
	if (answer == 0)
		follow(&s);
	finish(&s);
	close_fd(&s.signals);
	run_settings_restore(&before);
	return answer;
}

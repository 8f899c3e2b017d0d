/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "partition/tool.h"

#include "base/child.h"
#include "base/clock.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char *vformat(const char *format, va_list args) _printf_(1, 0);
static char *vformat(const char *format, va_list args)
{
	struct text text = {};

	text_vprintf(&text, format, args);
	return text_take(&text);
}

void tool_add(struct tool *tool, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	*vec_add(&tool->words) = vformat(format, args);
	va_end(args);
}

void tool_set(struct tool *tool, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	*vec_add(&tool->environment) = vformat(format, args);
	va_end(args);
}

void tool_add_fd(struct tool *tool, int fd)
{
	fcntl(fd, F_SETFD, fcntl(fd, F_GETFD) & ~FD_CLOEXEC);
	tool_add(tool, "/proc/self/fd/%d", fd);
}

void tool_free(struct tool *tool)
{
	for (size_t i = 0; i < tool->words.n; i++)
		free(tool->words.v[i]);
	for (size_t i = 0; i < tool->environment.n; i++)
		free(tool->environment.v[i]);
	vec_free(&tool->words);
	vec_free(&tool->environment);
}

/*
 * In the child: it must end with _exit(). mkfs is in sbin, which may not be in a user's
 * PATH. Messages are in English, some of which we know, and in the user's encoding.
 */
static _noreturn_ void become(struct tool *tool, int output, int messages)
{
	int null = open("/dev/null", O_RDWR);
	const char *path = getenv("PATH");
	char *longer =
		xasprintf("PATH=%s:/usr/sbin:/sbin", path ? path : "/usr/bin:/bin");

	dup2(null, STDIN_FILENO);
	dup2(output, STDOUT_FILENO);
	dup2(messages, STDERR_FILENO);
	putenv(longer);
	setenv("LANGUAGE", "en", 1);
	for (size_t i = 0; i < tool->environment.n; i++)
		putenv(tool->environment.v[i]);
	execvp(tool->words.v[0], tool->words.v);
	_exit(errno == ENOENT ? 127 : 126);
}

/*
 * The last two non-empty lines of its output: the last one is often only the consequence
 * of the one before. What precedes its usage, if it prints that, is the cause.
 */
static void add_last_lines(struct text *text, int messages)
{
	char bytes[4096];
	off_t size = lseek(messages, 0, SEEK_END);
	ssize_t n =
		pread(messages, bytes, sizeof(bytes) - 1, size > 4095 ? size - 4095 : 0);
	char *line = NULL, *before = NULL, *rest = NULL;

	bytes[n > 0 ? n : 0] = '\0';
	for (char *at = strtok_r(bytes, "\r\n", &rest); at;
	     at = strtok_r(NULL, "\r\n", &rest)) {
		if (line && strncasecmp(at, "usage:", 6) == 0)
			break;
		before = line;
		line = at;
	}
	if (before)
		text_printf(text, ": %s", before);
	if (line)
		text_printf(text, ": %s", line);
}

static int judge(const struct tool *tool, int status, int messages, struct error *error)
{
	_cleanup_text_ struct text why = {};
	const char *name = tool->words.v[0];

	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return error_system(error, 0, "%s is not installed", name);
	add_last_lines(&why, messages);
	if (WIFSIGNALED(status))
		return error_system(error, 0, "%s was killed by signal %d%s", name,
				    WTERMSIG(status), why.n > 0 ? why.s : "");
	return error_system(error, 0, "%s failed with status %d%s", name,
			    WEXITSTATUS(status), why.n > 0 ? why.s : "");
}

#define TICK_MS       100
#define USUAL_LIMIT_S 300 /* mkfs may read a large folder before it writes */
#define MAX_LIMIT_S   86400
#define KILLED_MS                                                                        \
	5000 /* time for a killed process to end; one that waits for a disk does not */

unsigned tool_limit_s(unsigned usual)
{
	const char *value = getenv("VIRT_LAYOUT_TOOL_LIMIT");
	uint32_t seconds;

	return value && parse_u32(value, &seconds) && seconds > 0
		       ? MIN(seconds, (uint32_t)MAX_LIMIT_S)
		       : usual;
}

/* Whether the file that it writes has changed since the last check. */
static bool has_written(const struct tool *tool, struct stat *last)
{
	struct stat now;
	bool changed;

	if (tool->output_fd == 0 || fstat(tool->output_fd, &now) < 0)
		return false;
	changed = now.st_blocks != last->st_blocks ||
		  now.st_mtim.tv_sec != last->st_mtim.tv_sec ||
		  now.st_mtim.tv_nsec != last->st_mtim.tv_nsec;
	*last = now;
	return changed;
}

/* Its latest output, from a nonblocking pipe: "" if none. False at end of file. */
static bool read_messages(int output, char *bytes, size_t room)
{
	ssize_t n = read(output, bytes, room - 1);

	if (n > 0)
		bytes[n] = '\0';
	return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

static bool is_over(pid_t pid)
{
	siginfo_t info = {};

	return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0 ||
	       info.si_pid == pid;
}

/*
 * Waits until it has closed its output, which is when it ends; or until it has ended
 * although a process that it left behind has the output open. False: it showed no sign of
 * activity for too long.
 */
static bool watch(const struct tool *tool, pid_t pid, int output)
{
	int64_t limit_ms = (int64_t)tool_limit_s(USUAL_LIMIT_S) * 1000,
		alive = clock_ms();
	struct stat last = {};
	struct pollfd poll_fd = {.fd = output, .events = POLLIN};
	char messages[4096] = "";
	bool open = true;

	while (open) {
		int ready = poll(&poll_fd, 1, TICK_MS);

		if (ready > 0)
			open = read_messages(output, messages, sizeof(messages));
		else if (ready == 0)
			open = !is_over(pid);
		if (ready > 0 || has_written(tool, &last))
			alive = clock_ms();
		if (tool->tick)
			tool->tick(tool->context, messages);
		if (open && clock_ms() - alive > limit_ms)
			return false;
	}
	return true;
}

/* Not reaped if it does not end: it waits for a disk that does not respond. */
static int give_up(const struct tool *tool, pid_t pid, struct error *error)
{
	if (tool->ends_with_us) {
		kill(pid, SIGKILL);
		for (int ms = 0; ms < KILLED_MS && waitpid(pid, NULL, WNOHANG) == 0; ms++)
			usleep(1000);
	}
	return error_system(error, 0, "%s showed no activity for %u s and was %s",
			    tool->words.v[0], tool_limit_s(USUAL_LIMIT_S),
			    tool->ends_with_us ? "killed"
					       : "abandoned; it may still be running");
}

int tool_run(struct tool *tool, struct error *error)
{
	_cleanup_fd_ int messages = memfd_create("said", MFD_CLOEXEC);
	pid_t parent = getpid(), pid;
	int output[2], status;
	bool alive = true;

	if (messages < 0)
		return error_system(error, errno, "cannot create a memfd");
	if (pipe2(output, O_CLOEXEC) < 0)
		return error_system(error, errno, "cannot create a pipe");
	*vec_add(&tool->words) = NULL;
	pid = fork();
	if (pid == 0 && tool->ends_with_us)
		child_ends_with(parent);
	if (pid == 0)
		become(tool, output[1], messages);
	close(output[1]);
	if (pid > 0)
		alive = watch(tool, pid, output[0]);
	close(output[0]);
	if (pid < 0)
		return error_system(error, errno, "cannot start %s", tool->words.v[0]);
	if (!alive)
		return give_up(tool, pid, error);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return error_system(error, errno, "cannot wait for %s",
					    tool->words.v[0]);
	return judge(tool, status, messages, error);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* init-shell.c - an interactive shell on the console. */
#include "planner/boot/init.h"

#include "base/file.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

/*
 * The terminal of the kernel's console, such as "/dev/ttyS0", which can control a
 * session.
 */
static char *console_device(void)
{
	_cleanup_error_ struct error ignored = {};
	_cleanup_text_ struct text text = {};
	char *last;

	if (file_read("/sys/class/tty/console/active", 4096, &text, &ignored) < 0)
		return xstrdup("/dev/console");
	text.s[strcspn(text.s, "\n")] = '\0';
	last = strrchr(text.s, ' ');
	return xasprintf("/dev/%s", last ? last + 1 : text.s);
}

/* Signals of a terminal: for the shell and its jobs. */
static const int of_terminal[] = {SIGINT, SIGQUIT, SIGTSTP, SIGTTOU, SIGTTIN, SIGHUP};

static void handle_of_terminal(sighandler_t handler)
{
	for (size_t i = 0; i < ARRAY_SIZE(of_terminal); i++)
		signal(of_terminal[i], handler);
}

_noreturn_ static void become_shell(void)
{
	handle_of_terminal(SIG_DFL);
	mkdir("/usr", 0755);
	mkdir("/usr/bin", 0755);
	setenv("PATH", "/bin:/usr/bin:/sbin:/usr/sbin", 1);
	execl("/bin/sh", "sh", "-c",
	      INIT_SHELL " --install -s /bin; exec " INIT_SHELL " sh", (char *)NULL);
	fprintf(stderr, "%s: %s\n", INIT_SHELL, strerror(errno));
	_exit(127);
}

static void wait_for(pid_t pid)
{
	pid_t ended;

	while (pid > 0 && (ended = waitpid(-1, NULL, 0)) != pid)
		if (ended < 0 && errno != EINTR)
			break;
}

/*
 * The leader of the shell's session. When the leader ends, the kernel hangs up its
 * terminal, and a serial port discards unsent output (uart_hangup). So the leader is not
 * the shell itself, and waits until everything is sent.
 */
_noreturn_ static void lead_session(void)
{
	_cleanup_free_ char *device = console_device();
	struct termios line;
	pid_t shell;
	int fd;

	setsid();
	fd = open(device, O_RDWR);
	for (int i = 0; fd >= 0 && i < 3; i++)
		dup2(fd, i);
	ioctl(STDIN_FILENO, TIOCSCTTY, 0);
	if (tcgetattr(STDIN_FILENO, &line) == 0) {
		line.c_oflag |= OPOST | ONLCR;
		line.c_lflag |= ICANON | ECHO | ISIG;
		tcsetattr(STDIN_FILENO, TCSANOW, &line);
	}
	handle_of_terminal(SIG_IGN);
	shell = fork();
	if (shell == 0)
		become_shell();
	wait_for(shell);
	tcdrain(STDOUT_FILENO);
	_exit(0);
}

void init_run_shell(void)
{
	pid_t leader = fork();

	if (leader == 0)
		lead_session();
	wait_for(leader);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Theory of operation. qemu-nbd is given a socket that is already listening (systemd's
 * protocol: LISTEN_PID, LISTEN_FDS, descriptor 3; sd_listen_fds(3)), with one connection
 * pending. Left to itself it would outlive us, with the image locked: a client that
 * disconnects before the handshake is complete does not end it (QEMU 7.2, qemu-nbd.c,
 * nbd_client_closed), and a SIGTERM that arrives while it starts is lost, because main
 * sets the state after the handler; it may even serve nobody then, and not end. SIGKILL
 * is not an option: the image's bitmaps would be lost.
 *
 * So one of our own processes, the keeper, runs in between. It holds one end of a pipe;
 * we hold the other end, which closes when we want that or however we die. Then the
 * keeper asks qemu-nbd to end, again and again until it has. Signals that are sent to our
 * process group, such as a terminal's Ctrl-C, reach only us, and the keeper survives
 * them.
 */
#include "partition/nbd-server.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	LISTEN_FD = 3, /* SD_LISTEN_FDS_START */
	TOLD_FD,       /* the keeper's end of the pipe */
	FIRST_OTHER_FD,
	WAIT_MS = 100, /* until the server is seen to have ended by itself */
	AGAIN_US = 5000,
	YOUNG_S = 60,     /* it exists for less than a millisecond */
	MAX_FILES = 1024, /* the usual limit of a process; a chain has at most 200 */
};

static int new_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

#define PREFIX "virt-layout-nbd-"
#define USUAL  "/tmp"

/* TMPDIR, unless the path of a socket below it would be too long for the kernel. */
static const char *base_directory(void)
{
	const char *directory = getenv("TMPDIR");
	size_t limit = sizeof(((struct sockaddr_un *)0)->sun_path) -
		       sizeof("/" PREFIX "XXXXXX/socket");

	return directory && *directory == '/' && strlen(directory) <= limit ? directory
									    : USUAL;
}

/*
 * A run that is killed at the moment when its directory exists leaves it behind. A
 * directory of ours that is older than that is removed: the socket in it, and nothing
 * else.
 */
static void remove_stale(const char *base)
{
	DIR *directory = opendir(base);
	struct dirent *entry;
	struct stat st;

	while (directory && (entry = readdir(directory))) {
		_cleanup_free_ char *path = NULL, *name = NULL;

		if (!has_prefix(entry->d_name, PREFIX))
			continue;
		path = xasprintf("%s/%s", base, entry->d_name);
		name = xasprintf("%s/socket", path);
		if (lstat(path, &st) < 0 || !S_ISDIR(st.st_mode) ||
		    st.st_uid != geteuid() || time(NULL) - st.st_mtime < YOUNG_S)
			continue;
		if (lstat(name, &st) == 0 && S_ISSOCK(st.st_mode))
			unlink(name);
		rmdir(path);
	}
	if (directory)
		closedir(directory);
}

/* In a directory of our own; its name is already removed when this returns. */
static int make_line(int *ret_listener, int *ret_client, struct error *error)
{
	const char *base = base_directory();
	_cleanup_free_ char *folder = xasprintf("%s/" PREFIX "XXXXXX", base);
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	_cleanup_fd_ int listener = new_socket(), client = new_socket();
	int fault = 0;

	remove_stale(base);
	if (listener < 0 || client < 0)
		return error_system(error, errno, "cannot create a socket for qemu-nbd");
	if (!mkdtemp(folder))
		return error_system(error, errno,
				    "cannot create a socket for qemu-nbd: %s", folder);
	snprintf(name.sun_path, sizeof(name.sun_path), "%s/socket", folder);
	if (bind(listener, (const struct sockaddr *)&name, sizeof(name)) < 0 ||
	    listen(listener, 1) < 0 ||
	    connect(client, (const struct sockaddr *)&name, sizeof(name)) < 0)
		fault = errno;
	unlink(name.sun_path);
	rmdir(folder);
	if (fault)
		return error_system(error, fault, "cannot create a socket for qemu-nbd");
	*ret_listener = TAKE_FD(listener);
	*ret_client = TAKE_FD(client);
	return 0;
}

/*
 * An image whose backing file is, in a way that only QEMU understands, the image itself
 * must not take all descriptors and then all memory of the machine.
 */
static void limit_files(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = MIN(limit.rlim_cur, (rlim_t)MAX_FILES);
	limit.rlim_max = MIN(limit.rlim_max, (rlim_t)MAX_FILES);
	setrlimit(RLIMIT_NOFILE, &limit);
}

_noreturn_ static void become_server(char *const argv[])
{
	_cleanup_free_ char *pid = xasprintf("%ld", (long)getpid());
	sigset_t none;

	close(TOLD_FD);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setenv("LISTEN_PID", pid, 1);
	setenv("LISTEN_FDS", "1", 1);
	limit_files();
	execvp(argv[0], argv);
	dprintf(STDERR_FILENO, "%s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

/* Closes all descriptors but these three: nobody must wait for us to close them. */
_noreturn_ static void become_keeper(char *const argv[], int listener, int told,
				     int messages)
{
	struct pollfd poll_fd = {.fd = TOLD_FD};
	sigset_t all;
	pid_t server;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	setpgid(0, 0);
	dup2(messages, STDOUT_FILENO); /* nor for messages from qemu-nbd to our caller */
	dup2(messages, STDERR_FILENO);
	listener = fcntl(listener, F_DUPFD, FIRST_OTHER_FD);
	told = fcntl(told, F_DUPFD, FIRST_OTHER_FD);
	dup2(listener, LISTEN_FD);
	dup2(told, TOLD_FD);
	closefrom(FIRST_OTHER_FD);
	server = fork();
	if (server == 0)
		become_server(argv);
	close(LISTEN_FD);
	while (server > 0 && waitpid(server, NULL, WNOHANG) == 0)
		if (poll(&poll_fd, 1, WAIT_MS) > 0) {
			kill(server, SIGTERM);
			usleep(AGAIN_US);
		}
	_exit(0);
}

int nbd_server_start(char *const argv[], struct nbd_server *ret, struct error *error)
{
	_cleanup_fd_ int listener = -1, client = -1, told = -1, hold = -1;
	_cleanup_fd_ int messages = memfd_create("said", MFD_CLOEXEC);
	int ends[2];

	if (messages < 0)
		return error_system(error, errno, "cannot create a memfd");
	if (make_line(&listener, &client, error) < 0)
		return -1;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return error_system(error, errno, "cannot create a pipe");
	told = ends[0];
	hold = ends[1];
	ret->keeper = fork();
	if (ret->keeper == 0)
		become_keeper(argv, listener, told, messages);
	if (ret->keeper < 0) {
		ret->keeper = 0;
		return error_system(error, errno, "cannot start %s", argv[0]);
	}
	ret->hold = TAKE_FD(hold);
	ret->messages = TAKE_FD(messages);
	return TAKE_FD(client);
}

void nbd_server_add_messages(struct text *text, const struct nbd_server *server)
{
	char bytes[1024];
	ssize_t n =
		server->keeper ? pread(server->messages, bytes, sizeof(bytes) - 1, 0) : 0;

	while (n > 0 && bytes[n - 1] == '\n')
		n--;
	if (n > 0) {
		text_adds(text, ": ");
		text_add(text, bytes, (size_t)n);
	}
}

/*
 * Until the process has ended, or too long: false. On a kernel without pidfds
 * (before 5.3) there is no limit.
 */
static bool wait_until(pid_t pid, unsigned limit_s)
{
	struct pollfd poll_fd = {.fd = pidfd_open(pid, 0), .events = POLLIN};
	int ready = 1;

	if (poll_fd.fd >= 0) {
		do
			ready = poll(&poll_fd, 1, (int)MIN(limit_s, 86400u) * 1000);
		while (ready < 0 && errno == EINTR);
		close(poll_fd.fd);
	}
	if (ready > 0)
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {
		}
	return ready > 0;
}

bool nbd_server_end(struct nbd_server *server, unsigned limit_s)
{
	bool ended;

	if (server->keeper == 0)
		return true;
	close_fd(&server->hold);
	close_fd(&server->messages);
	ended = wait_until(server->keeper, limit_s);
	server->keeper = 0;
	return ended;
}

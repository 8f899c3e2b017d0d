/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * init-nested.c - a guest of this guest: QEMU with KVM, one assigned function, the same
 * kernel and its own agent, whose report must contain that function.
 */
#include "planner/boot/init.h"

#include "base/file.h"
#include "base/mem.h"
#include "planner/boot/serial.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

_noreturn_ static void become_qemu(const char *address, int output)
{
	_cleanup_free_ char *device = xasprintf("vfio-pci,host=%s,rombar=0", address);
	int null = open("/dev/null", O_RDWR);

	dup2(null, STDIN_FILENO);
	dup2(output, STDOUT_FILENO);
	dup2(output, STDERR_FILENO);
	execl(INIT_QEMU, INIT_QEMU, "-machine", "q35,accel=kvm", "-cpu", "host", "-m",
	      "256", "-nodefaults", "-no-user-config", "-display", "none", "-serial",
	      "stdio", "-no-reboot", "-kernel", INIT_NESTED "/vmlinuz", "-initrd",
	      INIT_NESTED "/initrd", "-append",
	      "console=ttyS0 quiet loglevel=3 panic=-1 mitigations=off cryptomgr.notests",
	      "-device", device, (char *)NULL);
	fprintf(stderr, "%s: %s\n", INIT_QEMU, strerror(errno));
	_exit(127);
}

/* Reads the nested guest's output until its report is complete or QEMU has ended. */
static void follow(int input, struct serial *serial)
{
	char bytes[65536];
	ssize_t n;

	while ((n = read(input, bytes, sizeof(bytes))) > 0)
		if (serial_feed(serial, bytes, (size_t)n) >= SERIAL_DONE)
			break;
	serial_finish(serial);
}

/* Whether the nested guest's record has a function with this vendor and device. */
static bool record_shows(const struct serial *serial, const char *vendor,
			 const char *device)
{
	_cleanup_free_ char *words =
		xasprintf("vendor=\"%s\" device=\"%s\"", vendor, device);

	return serial->has_record && strstr(serial->record.s, words);
}

static char *read_word(const char *address, const char *name)
{
	_cleanup_free_ char *path =
		xasprintf("/sys/bus/pci/devices/%s/%s", address, name);
	_cleanup_error_ struct error ignored = {};
	struct text text = {};

	error_ignore(file_read(path, 4096, &text, &ignored));
	text_add(&text, "", 0);
	text.s[strcspn(text.s, "\n")] = '\0';
	return text_take(&text);
}

/* The last line of its output, for a failure. */
static void say_failure(const char *address, const struct serial *serial)
{
	_cleanup_free_ char *tail = serial->tail.n > 0 ? xstrdup(serial->tail.s) : NULL;
	char *rest = tail, *line, *last = NULL;

	while (rest && (line = strsep(&rest, "\n")))
		if (*line)
			last = line;
	init_say("assign %s failed nested: %s; last: %s", address,
		 serial->fault ? serial->fault : "the nested guest does not see it",
		 last ? last : "nothing");
}

void init_try_nested(const char *address)
{
	_cleanup_free_ char *vendor = read_word(address, "vendor");
	_cleanup_free_ char *device = read_word(address, "device");
	_cleanup_serial_ struct serial serial = {};
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0) {
		init_say("assign %s failed nested: cannot create a pipe", address);
		return;
	}
	pid = fork();
	if (pid == 0)
		become_qemu(address, ends[1]);
	close(ends[1]);
	follow(ends[0], &serial);
	close(ends[0]);
	if (pid > 0) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	if (record_shows(&serial, vendor, device))
		init_say("assign %s ok seen as %s:%s by a nested guest, under KVM",
			 address, vendor, device);
	else
		say_failure(address, &serial);
}

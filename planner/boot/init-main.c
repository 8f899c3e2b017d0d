/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* init-main.c - process 1 in the guest; init.h describes its instructions. */
#include "planner/boot/init.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/streams.h"
#include "planner/boot/serial.h"
#include "topology/record.h"
#include "topology/sysfs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum {
	LOG_CONSOLE_OFF = 6, /* syslog(2) */
	LAST_WORD_S = 3,     /* for a line that is read */
};

struct order {
	const char *word, *argument; /* in the config's text */
};

struct orders {
	struct text config;
	bool shell;
	int limit_s;
	const char *library_path;
	VEC(struct order) list;
};

/* Writes to the console; a failure cannot be reported. */
static void console(const char *bytes, size_t n)
{
	_cleanup_error_ struct error ignored = {};

	error_ignore(file_write_fd(STDOUT_FILENO, "console", bytes, n, &ignored));
}

void init_say(const char *format, ...)
{
	_cleanup_text_ struct text line = {};
	va_list args;

	text_adds(&line, "\n" SERIAL_MARK);
	va_start(args, format);
	text_vprintf(&line, format, args);
	va_end(args);
	text_addc(&line, '\n');
	console(line.s, line.n);
}

/* Ends the machine at once; nothing here is worth a sync. */
_noreturn_ static void reset(void)
{
	int fd = open("/proc/sysrq-trigger", O_WRONLY | O_CLOEXEC);

	if (fd >= 0 && write(fd, "b", 1) == 1)
		sleep(1);
	reboot(RB_AUTOBOOT);
	for (;;)
		pause();
}

/* Waits until the last lines have left the port, however long that takes. */
_noreturn_ static void drain_and_reset(void)
{
	tcdrain(STDOUT_FILENO);
	reset();
}

static void mount_all(void)
{
	static const struct {
		const char *type, *at;
	} rows[] = {
		{"proc", "/proc"},
		{"sysfs", "/sys"},
		{"devtmpfs", "/dev"},
		{"tmpfs", "/tmp"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		mkdir(rows[i].at, 0755);
		if (mount(rows[i].type, rows[i].at, rows[i].type, 0, NULL) < 0 &&
		    errno != EBUSY)
			init_say("note cannot mount %s: %s", rows[i].at, strerror(errno));
	}
}

/* Sets the line to raw mode, without echo. */
static void settle_console(void)
{
	struct termios line;

	klogctl(LOG_CONSOLE_OFF, NULL, 0);
	if (tcgetattr(STDOUT_FILENO, &line) < 0)
		return;
	line.c_oflag &= ~(tcflag_t)OPOST;
	tcsetattr(STDOUT_FILENO, TCSANOW, &line);
}

/* The kernel's uptime. */
static void say_uptime(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_BOOTTIME, &t) == 0)
		init_say("uptime %ld.%03ld", (long)t.tv_sec, t.tv_nsec / 1000000);
}

static void read_orders(struct orders *orders)
{
	_cleanup_error_ struct error error = {};
	char *rest, *line;

	if (file_read(INIT_CONFIG, 1 << 20, &orders->config, &error) < 0) {
		init_say("note %s", error.message);
		return;
	}
	rest = orders->config.s;
	while ((line = strsep(&rest, "\n"))) {
		char *word = strsep(&line, " ");

		if (streq(word, "shell"))
			orders->shell = true;
		else if (line && streq(word, "limit"))
			orders->limit_s = atoi(line);
		else if (line && streq(word, "library-path"))
			orders->library_path = line;
		else if (line)
			*vec_add(&orders->list) = (struct order){word, line};
	}
}

/*
 * Runs in a separate process: a process that waits for the kernel cannot enforce a time
 * limit, nor can one that writes to a line that is no longer read. So a third process
 * reports it.
 */
static void keep_limit(int seconds)
{
	pid_t pid = seconds > 0 ? fork() : -1;

	if (pid != 0)
		return;
	sleep((unsigned)seconds);
	if (fork() == 0) {
		init_say("note the time limit of %d s has expired", seconds);
		drain_and_reset();
	}
	sleep(LAST_WORD_S);
	reset();
}

/* Executes every instruction with that keyword, in the order of the lines. */
static void do_orders(const struct orders *orders, const char *word,
		      void (*act)(const char *argument))
{
	for (size_t i = 0; i < orders->list.n; i++)
		if (streq(orders->list.v[i].word, word))
			act(orders->list.v[i].argument);
}

/*
 * Whether the hypervisor's ACPI tables exist. Without them SeaBIOS creates its own
 * (src/fw/acpi.c), with nodes but no expander buses and no IOMMU; they lack WAET, which
 * QEMU provides to every x86 guest (hw/i386/acpi-build.c, build_waet).
 */
static bool has_acpi(const struct machine *machine)
{
	bool x86 = machine->architecture && streq(machine->architecture, "x86_64");

	return access("/sys/firmware/acpi/tables/FACP", F_OK) == 0 &&
	       (!x86 || access("/sys/firmware/acpi/tables/WAET", F_OK) == 0);
}

static void read_machine(struct machine *machine)
{
	_cleanup_error_ struct error error = {};
	_cleanup_text_ struct text log = {};
	_cleanup_fd_ int fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct sysfs_source source = {.root_fd = fd,
				      .name = "guest",
				      .source = MACHINE_LIVE};
	struct utsname names;

	init_read_log(&log);
	source.kernel_log = log.s;
	if (sysfs_read_source(&source, machine, &error) < 0)
		init_say("note %s", error.message);
	if (uname(&names) == 0)
		machine_set_fact(machine, "kernel.release", names.release);
	machine_set_fact(machine, "firmware.acpi", has_acpi(machine) ? "yes" : "no");
	init_add_log_facts(machine, log.s);
}

static void send_record(void)
{
	_cleanup_machine_ struct machine machine = {};
	_cleanup_text_ struct text record = {}, framed = {};

	read_machine(&machine);
	text_add_record(&record, &machine);
	text_add_serial_record(&framed, record.s, record.n);
	console(framed.s, framed.n);
}

int main(void)
{
	struct orders orders = {};

	streams_occupy();
	if (getpid() != 1) {
		fputs("virt-layout-init is the first program of a guest; it is started by `virt-layout boot`\n",
		      stderr);
		return 2;
	}
	mount_all();
	settle_console();
	init_say("start 1");
	say_uptime();
	read_orders(&orders);
	keep_limit(orders.limit_s);
	do_orders(&orders, "cpus", init_start_cpus);
	do_orders(&orders, "module", init_load_module);
	do_orders(&orders, "bind", init_bind);
	do_orders(&orders, "vfs", init_make_vfs);
	send_record();
	do_orders(&orders, "assign", init_try_assign);
	if (orders.library_path)
		setenv("LD_LIBRARY_PATH", orders.library_path, 1);
	do_orders(&orders, "nested", init_try_nested);
	if (orders.shell) {
		init_say("shell");
		init_run_shell();
		settle_console();
	}
	init_say("done");
	drain_and_reset();
}

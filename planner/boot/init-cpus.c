/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * init-cpus.c - starts the CPUs that the kernel was told to leave alone when it began
 * (maxcpus=1, prepare.c), by Documentation/core-api/cpu_hotplug.rst.
 */
#include "planner/boot/init.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/set.h"

#include <fcntl.h>
#include <unistd.h>

#define CPUS "/sys/devices/system/cpu/"

enum { LIST_LIMIT_BYTES = 1 << 20 };

/* False if the kernel does not have that list, or it cannot be understood. */
static bool read_list(const char *path, struct set *ret)
{
	_cleanup_error_ struct error ignored = {};
	_cleanup_text_ struct text text = {};

	if (file_read(path, LIST_LIMIT_BYTES, &text, &ignored) < 0)
		return false;
	text.s[strcspn(text.s, "\n")] = '\0';
	return set_parse(text.s, false, ret);
}

static void start(int cpu)
{
	_cleanup_free_ char *path = xasprintf(CPUS "cpu%d/online", cpu);
	_cleanup_fd_ int fd = open(path, O_WRONLY | O_CLOEXEC);

	/* whether it came is seen afterwards */
	if (fd >= 0)
		(void)!write(fd, "1", 1);
}

void init_start_cpus(const char *argument)
{
	_cleanup_set_ struct set present = {}, online = {}, then = {};
	_cleanup_text_ struct text missing = {};

	(void)argument;
	if (!read_list(CPUS "present", &present) || !read_list(CPUS "online", &online)) {
		init_say("offline all");
		return;
	}
	set_subtract(&present, &online);
	set_foreach (cpu, &present)
		start(cpu);
	if (read_list(CPUS "online", &then))
		set_subtract(&present, &then);
	text_add_set(&missing, &present);
	if (!set_empty(&present))
		init_say("offline %s", missing.s);
}

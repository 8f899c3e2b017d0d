/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * last-words.c - why a guest never reported, guessed from the last output of its firmware
 * and kernel. Each row has a phrase of that output and what it means.
 */
#include "planner/boot/boot.h"

#include "base/mem.h"
#include "planner/boot/run.h"

enum { LINES = 6 };

enum speaker { FIRMWARE, KERNEL, LIBVIRT };

static const struct reading {
	enum speaker who;
	const char *phrase, *means;
} readings[] = {
	{FIRMWARE, "PCI: out of I/O address space",
	 "SeaBIOS has no I/O ports left: at most 14 functions with an I/O BAR fit (e1000e and igb have one, virtio behind a root port has none)"},
	{FIRMWARE, "PCI: out of 32bit address space",
	 "SeaBIOS has no 32-bit memory left for the BARs and for the windows of hot-pluggable ports; use fewer ports, or hotplug='off' on them"},
	{FIRMWARE, "ERROR: Out of resources",
	 "the firmware ran out of bus numbers, memory or I/O ports"},
	{KERNEL, "VFS: Unable to mount root fs",
	 "the kernel did not load the initrd: it was built without CONFIG_BLK_DEV_INITRD or without the compression"},
	{KERNEL, "No working init found",
	 "the kernel cannot run the agent; it may be built for another architecture"},
	{KERNEL, "Requested init /init failed",
	 "the kernel cannot run the agent; it may be built for another architecture"},
	{KERNEL, "Out of memory", "the guest has too little memory for its kernel"},
	{KERNEL, "not enough memory", "the guest has too little memory for its kernel"},
	{KERNEL, "Kernel panic", "the kernel panicked"},
	{KERNEL, "No bootable device", "the firmware did not accept the given kernel"},
	{LIBVIRT, "could not load kernel",
	 "QEMU does not recognize the file as a kernel"},
	{LIBVIRT, "invalid kernel header",
	 "QEMU does not recognize the file as a kernel"},
	{LIBVIRT, "kernel too old to load a ram disk",
	 "QEMU does not recognize the file as a kernel of the guest's architecture"},
	{LIBVIRT, "cannot set up guest memory",
	 "this machine has too little memory for the guest"},
	{LIBVIRT, "Cannot allocate memory",
	 "this machine has too little memory for the guest"},
	{LIBVIRT, "is already in use", "two expander buses have the same busNr"},
	{LIBVIRT, "Can't add chassis slot", "two root ports have the same chassis"},
};

/* The last non-empty lines, sanitised and indented. */
static void add_lines(struct text *text, const char *who, const struct text *words)
{
	size_t start = words->n, lines = 0;

	while (start > 0 && lines <= LINES)
		if (words->s[--start] == '\n' && start + 1 < words->n &&
		    words->s[start + 1] != '\n')
			lines++;
	if (words->n == 0)
		return;
	text_printf(text, "\n  last messages of %s:", who);
	for (const char *line = words->s + start; *line;) {
		size_t n = strcspn(line, "\n");
		_cleanup_free_ char *one = xstrndup(line, n);

		if (n > 0) {
			text_adds(text, "\n    ");
			text_add_shown(text, one);
		}
		line += n + (line[n] == '\n');
	}
}

static const char *find_reading(const struct boot_result *result)
{
	for (size_t i = 0; i < ARRAY_SIZE(readings); i++) {
		const struct text *words = readings[i].who == FIRMWARE ? &result->firmware
					   : readings[i].who == KERNEL
						   ? &result->serial.tail
						   : &result->messages;

		if (words->n > 0 && strstr(words->s, readings[i].phrase))
			return readings[i].means;
	}
	return NULL;
}

/* The explanation if the output contains no known phrase. */
static const char *reading_of_silence(enum boot_stop stop,
				      const struct boot_result *result)
{
	if (result->serial.bytes > 0)
		return NULL;
	if (result->run_status == RUN_TIMEOUT && result->firmware.n > 0 &&
	    stop == STOP_AFTER_FIRMWARE)
		return "the firmware never tried to start the program that QEMU passed to it";
	if (result->run_status == RUN_TIMEOUT && result->firmware.n > 0)
		return "the firmware did not start the kernel, or the kernel hangs before its first message (wrong console or architecture)";
	return NULL;
}

void text_add_last_words(struct text *text, enum boot_stop stop,
			 const struct boot_result *result)
{
	const char *means = find_reading(result);

	if (!means)
		means = reading_of_silence(stop, result);
	if (means)
		text_printf(text, "\n  that means: %s", means);
	add_lines(text, "libvirt", &result->messages);
	add_lines(text, "the guest", &result->serial.tail);
	if (result->serial.state == SERIAL_WAITING || result->serial.bytes == 0 || !means)
		add_lines(text, "the firmware", &result->firmware);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "commands/boot-words.h"

#include "base/text.h"

#include <stdio.h>

char *boot_on_one_line(const char *words)
{
	struct text line = {};

	for (const char *c = words; *c;) {
		if (*c != '\n') {
			text_addc(&line, *c++);
			continue;
		}
		text_adds(&line, c > words && c[-1] == ':' ? " " : "; ");
		c += 1 + strspn(c + 1, " ");
	}
	return text_take(&line);
}

const char *boot_stop_name(enum boot_stop stop)
{
	static const char *const names[] = {
		[STOP_AFTER_KERNEL] = "kernel",
		[STOP_AFTER_TABLES] = "tables",
		[STOP_AFTER_FIRMWARE] = "firmware",
	};

	return names[stop];
}

void boot_tell(const struct boot_result *result)
{
	_cleanup_text_ struct text words = {};

	if (result->crashes > 0)
		text_adds(
			&words,
			"in the first boot QEMU was killed or crashed; this is the second boot\n");
	if (result->again_plain)
		text_adds(
			&words,
			"the kernel could not start some CPUs after it had booted with one; this is a second boot, as with --plain\n");
	if (result->kvm != KVM_NOT_ASKED) {
		text_add_accelerator(&words, result);
		text_addc(&words, '\n');
	}
	for (size_t i = 0; i < result->serial.notes.n; i++) {
		text_adds(&words, "guest: ");
		text_add_shown(&words, result->serial.notes.v[i]);
		text_addc(&words, '\n');
	}
	text_add_boot_times(&words, result);
	fprintf(stderr, "%s\n", words.s);
}

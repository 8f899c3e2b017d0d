/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/guest/disk-name.h"

#include "base/macros.h"
#include "base/text.h"

#include <limits.h>
#include <stdio.h>

static const struct {
	const char *prefix, *bus;
} rows[] = {
	{"fd", "ide"},  {"hd", "ide"},  {"vd", "virtio"},
	{"sd", "scsi"}, {"xvd", "xen"}, {"ubd", "uml"},
};

/* What follows the prefix, and the bus; NULL: no prefix that is known. */
static const char *after_prefix(const char *name, const char **bus)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (has_prefix(name, rows[i].prefix)) {
			*bus = rows[i].bus;
			return name + strlen(rows[i].prefix);
		}
	return NULL;
}

bool disk_name_parse(const char *name, struct disk_name *ret)
{
	const char *next = after_prefix(name, &ret->bus);
	long long number = -1;

	ret->partition = 0;
	if (!next || *next < 'a' || *next > 'z')
		return false;
	for (; *next >= 'a' && *next <= 'z'; next++) {
		number = (number + 1) * 26 + *next - 'a';
		if (number > INT_MAX)
			return false;
	}
	ret->number = (int)number;
	if (*next == '\0')
		return true;
	return (*next != '0' || next[1] == '\0') && parse_u32(next, &ret->partition);
}

const char *disk_default_bus(const char *device, const char *name)
{
	const char *bus = "ide";

	if (device && streq(device, "floppy"))
		return "fdc";
	if (name)
		after_prefix(name, &bus);
	return bus;
}

unsigned disk_nvme_controller(const char *name)
{
	unsigned number;

	return name && sscanf(name, "nvme%3u", &number) == 1 ? MIN(number, 255u) : 0;
}

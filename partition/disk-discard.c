/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Source: the kernel's Documentation/ABI/stable/sysfs-block. */
#include "partition/disk-discard.h"

#include "base/file.h"
#include "base/mem.h"
#include "partition/align.h"

#include <inttypes.h>
#include <sys/sysmacros.h>

#define MOST_UNIT   (UINT64_C(64) << 20)
#define MEBIBYTE    (UINT64_C(1) << 20)
#define SYSFS_LIMIT 4096 /* the size that files in sysfs claim to have */

static bool read_number(uint64_t device_number, const char *name, uint64_t *ret)
{
	_cleanup_free_ char *path =
		xasprintf("/sys/dev/block/%u:%u/%s", major(device_number),
			  minor(device_number), name);
	_cleanup_text_ struct text text = {};
	_cleanup_error_ struct error error = {};

	if (file_read(path, SYSFS_LIMIT, &text, &error) < 0)
		return false;
	while (text.n > 0 && text.s[text.n - 1] == '\n')
		text.s[--text.n] = '\0';
	return text.n > 0 && parse_u64(text.s, ret);
}

/* A partition has the limits of its disk. */
static void read_limit(uint64_t device_number, const char *name, uint64_t *ret)
{
	_cleanup_free_ char *own = xasprintf("queue/%s", name);
	_cleanup_free_ char *disk = xasprintf("../queue/%s", name);

	if (!read_number(device_number, own, ret) &&
	    !read_number(device_number, disk, ret))
		*ret = 0;
}

struct disk_discard disk_discard_read(uint64_t device_number)
{
	struct disk_discard ret = {};

	read_limit(device_number, "discard_max_bytes", &ret.max_bytes);
	if (ret.max_bytes == 0)
		return (struct disk_discard){};
	read_limit(device_number, "discard_granularity", &ret.granularity_bytes);
	if (!read_number(device_number, "discard_alignment", &ret.alignment_bytes))
		ret.alignment_bytes = 0;
	return ret;
}

uint64_t disk_discard_gap(const struct disk_discard *discard, uint64_t start)
{
	const uint64_t unit = discard->granularity_bytes;

	if (unit == 0)
		return 0;
	return (unit - (start % unit) + discard->alignment_bytes % unit) % unit;
}

uint64_t disk_discard_unit(const struct disk_discard *discard)
{
	const uint64_t unit = discard->granularity_bytes;
	uint64_t common;

	return unit && align_lcm(MEBIBYTE, unit, &common) && common <= MOST_UNIT ? unit
										 : 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* image-format.c - detects the format of an image from its first bytes. */
#include "partition/image.h"

const char *image_format_name(enum image_format format)
{
	return format == IMAGE_RAW ? "raw" : "qcow2";
}

const char *image_container(const uint8_t *front, size_t n)
{
	static const struct {
		const char *name, *magic;
		size_t magic_bytes, at;
	} rows[] = {
		{"qcow2", "QFI\xfb\0\0\0", 7, 0},
		{"qcow", "QFI\xfb", 4, 0},
		{"vmdk", "KDMV", 4, 0},
		{"vmdk", "COWD", 4, 0},
		{"vmdk", "# Disk DescriptorFile", 21, 0},
		{"vhdx", "vhdxfile", 8, 0},
		{"vpc", "conectix", 8, 0},
		{"qed", "QED\0", 4, 0},
		{"vdi", "\x7f\x10\xda\xbe", 4, 64},
		{"parallels", "WithoutFreeSpace", 16, 0},
		{"parallels", "WithouFreSpacExt", 16, 0},
		{"bochs", "Bochs Virtual HD Image", 22, 0},
		{"dmg", "koly", 4, 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (n >= rows[i].at + rows[i].magic_bytes &&
		    memcmp(front + rows[i].at, rows[i].magic, rows[i].magic_bytes) == 0)
			return rows[i].name;
	return NULL;
}

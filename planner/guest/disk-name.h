/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * disk-name.h - the names that libvirt gives meaning to, dev= of <target>: from "sda" it
 * derives a disk's place on its controller.
 */
#pragma once

#include <stdbool.h>

struct disk_name {
	int number;         /* "sda" is 0, "sdz" 25, "sdaa" 26 */
	unsigned partition; /* "sda1"; 0: none */
	const char *bus;    /* that libvirt chooses if none is given; static */
};

/*
 * The bus of a disk without bus=, by <disk device=> and <target dev=>, which may be NULL.
 * Static.
 */
const char *disk_default_bus(const char *device, const char *name);

/*
 * libvirt 9.0 src/util/virutil.c, virDiskNameParse, and src/conf/domain_postparse.c,
 * virDomainDiskDefPostParse. False if it is not such a name, or the number is too large.
 */
bool disk_name_parse(const char *name, struct disk_name *ret);
/* The controller that libvirt chooses for a disk on the bus nvme: 1 for nvme1n1. */
unsigned disk_nvme_controller(const char *name);

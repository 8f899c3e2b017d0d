/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * add-libvirt.h - where libvirt 9.0's disk pool puts a volume
 * (virStorageBackendDiskPartBoundaries in storage_backend_disk.c).
 */
#pragma once

#include "partition/disk-io.h"
#include "partition/free.h"

struct geometry {
	uint32_t heads, sectors; /* of a track */
	/*
	 * By which libparted keeps room for tables: what the CHS values of the partitions
	 * that are there tell, 255/63 with tools of today; 0: that, or the drive's own
	 * where they tell nothing.
	 */
	uint32_t table_heads, table_sectors;
};

/* "255/63", or "255/2,255/63" with the geometry of the tables. */
bool geometry_parse(const char *string, struct geometry *ret) _must_check_;
/*
 * What libparted says of it: a block device's own (HDIO_GETGEO), for files 4 heads of 32
 * sectors.
 */
struct geometry geometry_of(const struct disk_io *io, bool is_qcow2);

struct libvirt_wish {
	struct geometry geometry;
	bool bug_compatible; /* one sector short where libvirt is */
	bool mended;         /* set: it would have been and is not */
};

/* The free extents as libparted lists them, which keeps tracks for tables. */
void libvirt_extents(const struct partition_table *table, const struct geometry *given,
		     struct extents *ret);
/*
 * The place of @part, into *@ret. Faults: libvirt would refuse ("no large enough free
 * extent"), no fixed size, a label or sector size that its pool does not know.
 */
int libvirt_place(const struct partition_table *table, const struct part_request *part,
		  struct libvirt_wish *wish, struct room *ret, struct error *error)
	_must_check_;

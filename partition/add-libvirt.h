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
	 * By which libparted reserves space for tables: given by the CHS values of the
	 * existing partitions, which is 255/63 with current tools; 0: that, or the
	 * drive's own if they give none.
	 */
	uint32_t table_heads, table_sectors;
};

/* "255/63", or "255/2,255/63" with the geometry of the tables. */
bool geometry_parse(const char *string, struct geometry *ret) _must_check_;
/*
 * The geometry according to libparted: a block device's own (HDIO_GETGEO), for files 4
 * heads of 32 sectors.
 */
struct geometry geometry_of(const struct disk_io *io, bool is_qcow2);

struct libvirt_wish {
	struct geometry geometry;
	bool bug_compatible; /* one sector short, as in libvirt */
	bool corrected;      /* set: it would have been, but is not */
};

/* The free extents as libparted lists them, with tracks reserved for tables. */
void libvirt_extents(const struct partition_table *table, const struct geometry *given,
		     struct extents *ret);
/*
 * The position of @part, into *@ret. Errors: libvirt would refuse ("no large enough free
 * extent"), no fixed size, a label or sector size that its pool does not support.
 */
int libvirt_place(const struct partition_table *table, const struct part_request *part,
		  struct libvirt_wish *wish, struct room *ret, struct error *error)
	_must_check_;

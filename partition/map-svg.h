/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* map-svg.h - the map of a disk as a drawing. */
#pragma once

#include "base/scene/scene.h"
#include "partition/map.h"

/* What to write into the box of one area: a few words, owned by the caller of the map. */
struct area_label {
	unsigned number; /* of the partition */
	char *text;      /* owned */
};
struct area_labels {
	VEC(struct area_label) list;
};
void area_labels_free(struct area_labels *labels);
#define _cleanup_area_labels_ _cleanup_(area_labels_free)

/* One disk in a drawing. */
struct drawn_disk {
	const char *title;
	const struct partition_table *table;
	const struct area_labels *labels;
	/* What was planned, for the waste and the wanted alignment; NULL: it was read. */
	const struct disk_layout *layout;
};
/*
 * An SVG document with one bar per disk, all to one scale, except that what would be too
 * narrow to see is made wider. Below each bar are its partitions and free extents, with
 * alignment and waste. The same input gives the same bytes.
 */
void text_add_map_svg(struct text *text, const struct drawn_disk *disks, size_t n);
/* The same as a scene, with the size of its page. */
void layout_disks(const struct drawn_disk *disks, size_t n, struct scene *ret, int *width,
		  int *height);

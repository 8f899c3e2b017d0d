/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* map-svg.h - the map of a disk as a drawing. */
#pragma once

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
};
/*
 * An SVG document with one bar per disk, to scale, except that an area that would be too
 * narrow to see is made wider. The same input gives the same bytes.
 */
void text_add_map_svg(struct text *text, const struct drawn_disk *disks, size_t n);

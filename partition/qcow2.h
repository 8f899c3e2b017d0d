/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * qcow2.h - the header of a qcow2 image, read by ourselves and never trusted, and the
 * computation of how large such an image gets. Sources: QEMU's docs/interop/qcow2.txt for
 * the layout, qcow2_calc_prealloc_size() and qcow2_measure() of block/qcow2.c for sizes.
 */
#pragma once

#include "base/error.h"

#define QCOW2_MAX_HEADER (2u << 20) /* bytes: a cluster is at most this large */
#define QCOW2_NAME_BYTES 1024       /* longest backing or data file name */

/* What the size of an image depends on. For the defaults see qcow2_defaults. */
struct qcow2_options {
	uint64_t capacity_bytes;
	uint32_t cluster_bytes;
	uint32_t refcount_bits;
	bool extended_l2;
	bool version_2;     /* which has no clusters of zeros */
	bool data_file;     /* guest data is in another file */
	bool data_file_raw; /* which is a raw image by itself */
	/* All clusters have their positions from the start; with data: their blocks
	 * too. */
	bool preallocated, preallocated_data;
	uint64_t luks_bytes; /* of the LUKS header, 0 without encryption */
};

struct qcow2_header {
	uint32_t version; /* 2 or 3 */
	struct qcow2_options options;
	bool dirty, corrupt;
	uint32_t l1_entries;
	uint64_t l1_offset, refcount_offset;
	uint32_t refcount_clusters;
	uint32_t n_snapshots;
	uint64_t snapshots_offset;
	uint32_t n_bitmaps;
	uint64_t bitmap_directory_offset, bitmap_directory_bytes;
	char *backing_file, *backing_format, *data_file; /* owned, NULL for none */
};

/* The magic number is at the beginning of @bytes. */
bool qcow2_is(const uint8_t *bytes, size_t n);
/*
 * Reads the header and its extensions from the first @n bytes of an image, which should
 * contain the whole first cluster as far as the file has it. Errors (status 2): a feature
 * or value that QEMU 7.2 would refuse, an extension that extends past the cluster. After
 * an error *@ret is empty.
 */
int qcow2_read_header(const uint8_t *bytes, size_t n, struct qcow2_header *ret,
		      struct error *error) _must_check_;
void qcow2_header_free(struct qcow2_header *header);
#define _cleanup_qcow2_header_ _cleanup_(qcow2_header_free)

/*
 * The bytes of @n_bitmaps persistent bitmaps: their data, tables and directory, from the
 * @n bytes of the directory (qcow2.txt, "Bitmap directory"). Error: an entry extends past
 * the directory or has an invalid granularity.
 */
int qcow2_bitmap_bytes(const struct qcow2_header *header, const uint8_t *directory,
		       size_t n, uint64_t *ret_bytes, struct error *error) _must_check_;

struct qcow2_options qcow2_defaults(uint64_t capacity_bytes);
/* Size in bytes of a level 2 table entry: 16 if clusters have subclusters. */
static inline unsigned qcow2_l2_entry_bytes(const struct qcow2_options *options)
{
	return options->extended_l2 ? 16 : 8;
}
uint64_t qcow2_l1_entries(const struct qcow2_options *options);
/* Length of an image as created by `qemu-img create`. */
uint64_t qcow2_new_bytes(const struct qcow2_options *options);
/*
 * Length of an image with all clusters in use: what `qemu-img measure` calls fully
 * allocated; without @with_data only the metadata.
 */
uint64_t qcow2_full_bytes(const struct qcow2_options *options, bool with_data);
/*
 * Up to this length the first refcount table, one cluster, is enough for the whole file.
 * Beyond it QEMU moves the table while the image fills up, and qcow2_full_bytes is
 * slightly too small.
 */
uint64_t qcow2_first_table_bytes(const struct qcow2_options *options);
/*
 * Sets one creation option, `cluster_size=4096` as for qemu-img -o. An option that does
 * not change the size is accepted; error: one that we cannot compute with.
 */
int qcow2_set_option(struct qcow2_options *options, const char *option,
		     struct error *error) _must_check_;
/* Error: the options cannot be combined (extended_l2 with clusters below 16 KiB). */
int qcow2_check_options(const struct qcow2_options *options, struct error *error)
	_must_check_;

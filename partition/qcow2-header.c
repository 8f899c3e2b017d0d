/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * qcow2-header.c - reads the header of an untrusted qcow2 image.
 *
 * Theory of operation: everything is read from one buffer, the first cluster. Fixed
 * fields come first (72 bytes in version 2, up to header_length in version 3), then
 * extensions of (type, length, data padded to 8) until type 0 or the backing file name,
 * which comes after them in the same cluster. Every offset is checked against the buffer
 * before it is used; limits are those of QEMU's block/qcow2.c (qcow2_do_open), so that
 * this accepts what QEMU would open.
 */
#include "partition/qcow2.h"

#include "base/mem.h"
#include "base/text.h"
#include "base/utf8.h"
#include "partition/bytes.h"

#include <inttypes.h>

#define MAGIC                0x514649fbu /* QFI\xfb */
#define V2_HEADER_BYTES      72
#define V3_HEADER_BYTES      104
#define MAX_L1_BYTES         (32u << 20)
#define MAX_REFTABLE_BYTES   (8u << 20)
#define MAX_SNAPSHOTS        65536
#define MAX_BITMAPS          65535
#define MAX_BITMAP_DIRECTORY (64u << 20)
#define BITMAP_ENTRY_BYTES   24 /* fixed part of a directory entry */

enum {
	INCOMPATIBLE_DIRTY = 1 << 0,
	INCOMPATIBLE_CORRUPT = 1 << 1,
	INCOMPATIBLE_DATA_FILE = 1 << 2,
	INCOMPATIBLE_COMPRESSION = 1 << 3,
	INCOMPATIBLE_EXTENDED_L2 = 1 << 4,
	INCOMPATIBLE_KNOWN = (1 << 5) - 1,
};

enum extension {
	EXTENSION_END = 0,
	EXTENSION_BACKING_FORMAT = (int)0xe2792aca,
	EXTENSION_LUKS = 0x0537be77,
	EXTENSION_BITMAPS = 0x23852875,
	EXTENSION_DATA_FILE = 0x44415441,
};

bool qcow2_is(const uint8_t *bytes, size_t n)
{
	return n >= 4 && get_be32(bytes) == MAGIC;
}

/* A file name in the header as a string; @what is for the message. */
static int take_name(const uint8_t *bytes, size_t n, const char *what, char **ret,
		     struct error *error)
{
	if (n == 0 || n >= QCOW2_NAME_BYTES)
		return error_input(error,
				   "the name of the %s is empty or too long: %zu bytes",
				   what, n);
	if (memchr(bytes, 0, n))
		return error_input(error, "the name of the %s contains a NUL byte", what);
	free(*ret);
	*ret = xstrndup((const char *)bytes, n);
	return 0;
}

static int take_luks(struct qcow2_header *header, const uint8_t *bytes, size_t n,
		     struct error *error)
{
	uint64_t length_bytes;

	if (n < 16)
		return error_input(error, "the LUKS extension has %zu bytes, not 16", n);
	length_bytes = get_be64(bytes + 8);
	if (length_bytes == 0 || length_bytes > UINT64_C(1) << 32)
		return error_input(error,
				   "the LUKS header has %" PRIu64
				   " bytes, which is not a plausible length",
				   length_bytes);
	header->options.luks_bytes = length_bytes;
	return 0;
}

static int take_bitmaps(struct qcow2_header *header, const uint8_t *bytes, size_t n,
			struct error *error)
{
	if (n != 24)
		return error_input(error, "the bitmaps extension has %zu bytes, not 24",
				   n);
	header->n_bitmaps = get_be32(bytes);
	header->bitmap_directory_bytes = get_be64(bytes + 8);
	header->bitmap_directory_offset = get_be64(bytes + 16);
	if (header->n_bitmaps == 0 || header->n_bitmaps > MAX_BITMAPS)
		return error_input(error,
				   "it claims to have %" PRIu32
				   " bitmaps, which is not plausible",
				   header->n_bitmaps);
	if (header->bitmap_directory_bytes > MAX_BITMAP_DIRECTORY ||
	    header->bitmap_directory_bytes <
		    (uint64_t)header->n_bitmaps * BITMAP_ENTRY_BYTES)
		return error_input(error,
				   "its bitmap directory has %" PRIu64
				   " bytes, which cannot be right for %" PRIu32
				   " bitmaps",
				   header->bitmap_directory_bytes, header->n_bitmaps);
	return 0;
}

static int take_extension(struct qcow2_header *header, uint32_t type,
			  const uint8_t *bytes, size_t n, struct error *error)
{
	switch ((enum extension)type) {
	case EXTENSION_BACKING_FORMAT:
		return take_name(bytes, n, "backing format", &header->backing_format,
				 error);
	case EXTENSION_DATA_FILE:
		return take_name(bytes, n, "data file", &header->data_file, error);
	case EXTENSION_LUKS:
		return take_luks(header, bytes, n, error);
	case EXTENSION_BITMAPS:
		return take_bitmaps(header, bytes, n, error);
	case EXTENSION_END:
		break;
	}
	return 0; /* an unknown extension is skipped */
}

/* Reads the extensions from @at to @end, both within the buffer. */
static int read_extensions(struct qcow2_header *header, const uint8_t *bytes, size_t at,
			   size_t end, struct error *error)
{
	while (end - at >= 8) {
		uint32_t type = get_be32(bytes + at), length = get_be32(bytes + at + 4);

		at += 8;
		if (type == EXTENSION_END)
			return 0;
		if (length > end - at)
			return error_input(error,
					   "header extension 0x%08" PRIx32 " of %" PRIu32
					   " bytes extends past the header's cluster",
					   type, length);
		if (take_extension(header, type, bytes + at, length, error) < 0)
			return -1;
		if (end - at < ((size_t)length + 7) / 8 * 8)
			return 0;
		at += ((size_t)length + 7) / 8 * 8;
	}
	return 0;
}

static int read_features(struct qcow2_header *header, const uint8_t *bytes,
			 struct error *error)
{
	uint64_t incompatible = get_be64(bytes + 72);
	uint32_t order = get_be32(bytes + 96);

	if (incompatible & ~(uint64_t)INCOMPATIBLE_KNOWN)
		return error_input(error,
				   "it has incompatible features (0x%" PRIx64
				   ") that are unknown",
				   incompatible & ~(uint64_t)INCOMPATIBLE_KNOWN);
	if (order > 6)
		return error_input(error, "its refcount order is %" PRIu32 ", above 6",
				   order);
	header->dirty = incompatible & INCOMPATIBLE_DIRTY;
	header->corrupt = incompatible & INCOMPATIBLE_CORRUPT;
	header->options.data_file = incompatible & INCOMPATIBLE_DATA_FILE;
	header->options.extended_l2 = incompatible & INCOMPATIBLE_EXTENDED_L2;
	header->options.refcount_bits = 1u << order;
	return 0;
}

/* The tables are on cluster boundaries and have sizes that QEMU would accept. */
static int check_tables(const struct qcow2_header *header, struct error *error)
{
	const struct qcow2_options *options = &header->options;
	uint64_t cluster_bytes = options->cluster_bytes;

	if (options->capacity_bytes > INT64_MAX)
		return error_input(error, "its capacity, %" PRIu64 " bytes, is too large",
				   options->capacity_bytes);
	if (header->l1_entries > MAX_L1_BYTES / 8)
		return error_input(error,
				   "its L1 table has %" PRIu32 " entries, more than %u",
				   header->l1_entries, MAX_L1_BYTES / 8);
	if (header->l1_entries < qcow2_l1_entries(options))
		return error_input(error,
				   "its L1 table has %" PRIu32 " entries, but %" PRIu64
				   " are needed for its capacity",
				   header->l1_entries, qcow2_l1_entries(options));
	if (header->refcount_clusters == 0 ||
	    header->refcount_clusters > MAX_REFTABLE_BYTES / cluster_bytes)
		return error_input(error,
				   "its refcount table has %" PRIu32
				   " clusters, which is not plausible",
				   header->refcount_clusters);
	if (header->l1_offset % cluster_bytes ||
	    header->refcount_offset % cluster_bytes ||
	    header->snapshots_offset % cluster_bytes ||
	    header->bitmap_directory_offset % cluster_bytes)
		return error_input(error, "a table does not begin on a cluster boundary");
	if (header->n_snapshots > MAX_SNAPSHOTS)
		return error_input(error,
				   "it claims to have %" PRIu32 " snapshots, too many",
				   header->n_snapshots);
	if (options->data_file && !header->data_file)
		return error_input(error,
				   "its data is in a data file that it does not name");
	return 0;
}

static int read_fixed(struct qcow2_header *header, const uint8_t *bytes, size_t n,
		      struct error *error)
{
	uint32_t cluster_bits;

	if (n < V2_HEADER_BYTES || !qcow2_is(bytes, n))
		return error_input(error, "it has no qcow2 header");
	header->version = get_be32(bytes + 4);
	if (header->version == 1)
		return error_input(
			error,
			"it is a qcow image, not qcow2; qemu-img convert -O qcow2 converts it");
	if (header->version != 2 && header->version != 3)
		return error_input(error, "its qcow2 version is %" PRIu32 ", not 2 or 3",
				   header->version);
	cluster_bits = get_be32(bytes + 20);
	if (cluster_bits < 9 || cluster_bits > 21)
		return error_input(error,
				   "its clusters have 2^%" PRIu32
				   " bytes, not 2^9 to 2^21",
				   cluster_bits);
	if (get_be32(bytes + 32) > 2)
		return error_input(error,
				   "its encryption method is %" PRIu32 ", not 0 to 2",
				   get_be32(bytes + 32));
	header->options.cluster_bytes = 1u << cluster_bits;
	header->options.capacity_bytes = get_be64(bytes + 24);
	header->options.refcount_bits = 16;
	header->options.version_2 = header->version == 2;
	header->l1_entries = get_be32(bytes + 36);
	header->l1_offset = get_be64(bytes + 40);
	header->refcount_offset = get_be64(bytes + 48);
	header->refcount_clusters = get_be32(bytes + 56);
	header->n_snapshots = get_be32(bytes + 60);
	header->snapshots_offset = get_be64(bytes + 64);
	return 0;
}

/* Where the extensions begin; 0 with *error filled in. */
static size_t header_end(const struct qcow2_header *header, const uint8_t *bytes,
			 size_t n, struct error *error)
{
	uint32_t length = header->version == 2 ? V2_HEADER_BYTES : 0;

	if (header->version == 3 && n >= V3_HEADER_BYTES)
		length = get_be32(bytes + 100);
	if (header->version == 3 && length < V3_HEADER_BYTES)
		error_input(error, "its header has %" PRIu32 " bytes, fewer than %u",
			    length, V3_HEADER_BYTES);
	else if (length > n || length > header->options.cluster_bytes)
		error_input(error, "its header of %" PRIu32 " bytes is truncated",
			    length);
	else
		return length;
	return 0;
}

static int read_rest(struct qcow2_header *header, const uint8_t *bytes, size_t n,
		     struct error *error)
{
	size_t cluster = MIN(n, (size_t)header->options.cluster_bytes), end = cluster;
	size_t at = header_end(header, bytes, n, error);
	uint64_t name_at = get_be64(bytes + 8);
	uint32_t name_bytes = get_be32(bytes + 16);

	if (at == 0 || (header->version == 3 && read_features(header, bytes, error) < 0))
		return -1;
	if (name_at != 0) {
		if (name_at < at || name_at > cluster || name_bytes > cluster - name_at)
			return error_input(
				error,
				"the name of its backing file is outside the header's cluster");
		if (take_name(bytes + name_at, name_bytes, "backing file",
			      &header->backing_file, error) < 0)
			return -1;
		end = (size_t)name_at;
	}
	if (read_extensions(header, bytes, at, end, error) < 0)
		return -1;
	if (header->options.extended_l2 && header->options.cluster_bytes < 1u << 14)
		return error_input(
			error,
			"it has subclusters, but its clusters are smaller than 16 KiB");
	return check_tables(header, error);
}

int qcow2_read_header(const uint8_t *bytes, size_t n, struct qcow2_header *ret,
		      struct error *error)
{
	*ret = (struct qcow2_header){};
	if (read_fixed(ret, bytes, n, error) < 0 || read_rest(ret, bytes, n, error) < 0) {
		qcow2_header_free(ret);
		return -1;
	}
	return 0;
}

void qcow2_header_free(struct qcow2_header *header)
{
	free(header->backing_file);
	free(header->backing_format);
	free(header->data_file);
	*header = (struct qcow2_header){};
}

/* Bytes of whole clusters that hold @bytes. */
static uint64_t round_up(uint64_t bytes, uint64_t cluster_bytes)
{
	return (bytes + cluster_bytes - 1) / cluster_bytes * cluster_bytes;
}

int qcow2_bitmap_bytes(const struct qcow2_header *header, const uint8_t *directory,
		       size_t n, uint64_t *ret_bytes, struct error *error)
{
	uint64_t cluster_bytes = header->options.cluster_bytes, sum = 0;
	size_t at = 0;

	for (uint32_t i = 0; i < header->n_bitmaps; i++) {
		uint64_t entry, bits, data;
		uint8_t granularity_bits;

		if (n - at < BITMAP_ENTRY_BYTES)
			return error_input(error,
					   "bitmap %" PRIu32 " is not in the directory",
					   i + 1);
		granularity_bits = directory[at + 17];
		if (granularity_bits < 9 || granularity_bits > 31)
			return error_input(
				error,
				"bitmap %" PRIu32
				" has a granularity of 2^%u bytes, which is not supported",
				i + 1, granularity_bits);
		entry = BITMAP_ENTRY_BYTES + (uint64_t)get_be32(directory + at + 20) +
			get_be16(directory + at + 18);
		if (round_up(entry, 8) > n - at)
			return error_input(error,
					   "bitmap %" PRIu32
					   " extends past the directory",
					   i + 1);
		bits = (header->options.capacity_bytes +
			(UINT64_C(1) << granularity_bits) - 1) >>
		       granularity_bits;
		data = round_up((bits + 7) / 8, cluster_bytes);
		sum += data + round_up(data / cluster_bytes * 8, cluster_bytes);
		at += (size_t)round_up(entry, 8);
	}
	*ret_bytes = sum + round_up(header->bitmap_directory_bytes, cluster_bytes);
	return 0;
}

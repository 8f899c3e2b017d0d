/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as a qcow2: its header, and its tables if the header is good. */
#include "tests/fuzz/fuzz.h"

#include "partition/qcow2-walk.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* The refcount blocks for the clusters of a LUKS header, which only a new image has. */
static uint64_t luks_refcount_bytes(const struct qcow2_options *options)
{
	uint64_t per_block = options->cluster_bytes * 8 / options->refcount_bits;

	return options->luks_bytes / (per_block - 1);
}

static void check_header(const struct qcow2_header *header, size_t n)
{
	const struct qcow2_options *options = &header->options;
	uint64_t full = qcow2_full_bytes(options, true);

	CHECK(options->cluster_bytes >= 512 && options->cluster_bytes <= 2 << 20);
	CHECK(options->refcount_bits >= 1 && options->refcount_bits <= 64);
	CHECK(full % options->cluster_bytes == 0);
	CHECK(full >= options->capacity_bytes || options->data_file);
	CHECK(qcow2_new_bytes(options) <=
	      full + luks_refcount_bytes(options) + options->cluster_bytes);
	CHECK(!header->backing_file || strlen(header->backing_file) < n);
	CHECK(!options->data_file || header->data_file);
	CHECK(!options->extended_l2 || options->cluster_bytes >= 1 << 14);
}

/* The image is its header: all tables are in it, or leave it. */
static void check_walk(const struct qcow2_header *header, const uint8_t *data, size_t n)
{
	const uint64_t cluster = header->options.cluster_bytes;
	_cleanup_qcow2_use_ struct qcow2_use use = {};
	_cleanup_error_ struct error error = {};
	int fd = memfd_create("image", MFD_CLOEXEC);
	bool moves;

	CHECK(fd >= 0 && write(fd, data, n) == (ssize_t)n);
	CHECK(qcow2_walk(fd, "image", n, header, &use, &error) == 0);
	close(fd);
	CHECK(use.length == (n + cluster - 1) / cluster && use.free <= use.length);
	CHECK(use.leaked <= use.length);
	CHECK(header->options.data_file ||
	      use.wanted <= header->options.capacity_bytes / cluster + 1 +
				    qcow2_l1_entries(&header->options));
	CHECK(qcow2_more_blocks(header, &use, 1, &moves) <=
	      use.n_blocks + use.length + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	_cleanup_qcow2_header_ struct qcow2_header header = {};
	_cleanup_error_ struct error error = {};
	uint64_t bytes;

	if (qcow2_read_header(data, n, &header, &error) < 0) {
		CHECK(error.status == STATUS_INPUT && header.backing_file == NULL);
		return 0;
	}
	if (IS_PLANTED && header.version == 3 && header.options.refcount_bits > 16)
		header.options.refcount_bits *= 2;
	check_header(&header, n);
	/* Counting what is missing of a capacity of many TiB takes long. */
	if (header.options.capacity_bytes < UINT64_C(1) << 36 &&
	    header.l1_entries < 4096 && header.refcount_clusters < 4)
		check_walk(&header, data, n);
	if (header.n_bitmaps > 0)
		error_ignore(qcow2_bitmap_bytes(&header, data, n, &bytes, &error));
	return 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * image-commit.c - the space that an image may use eventually.
 *
 * Theory of operation: the commitment of a new qcow2 is the length of an image with all
 * its clusters in use (qcow2-size.c). That of an existing one is what it has, plus what
 * the guest's writes will not replace in place (qcow2-walk.c), plus the refcount blocks
 * for that. Both are exact if no order of writes can exceed them; compressed clusters,
 * snapshots, bitmaps and free clusters make them an upper bound. Bitmaps are rewritten
 * each time the image is closed, before the old ones are released (see BITMAP_TIMES); a
 * refcount table that moves leaves its old position unused. The metadata that the file
 * system needs for the file (ext4: a block of extents for a fragmented one) is in
 * nobody's length and is not counted.
 */
#include "partition/image-commit.h"

#include "base/text.h"

#include <inttypes.h>

/*
 * What a moving refcount table was measured to add, at most: 0.21 % of the full length
 * over clusters of 512 bytes to 4 KiB. One part in 200 is about twice that.
 */
#define MARGIN_DIVISOR 200

#define DEFAULT_CLUSTER 65536 /* of qemu-img */

/*
 * The clusters of old bitmaps are free, but keep their space, and only requests of one
 * or a few clusters use them again. So each time that the image is opened, written in
 * long requests and closed can add the size of the bitmaps (observed with QEMU 7.2).
 */
#define BITMAP_TIMES 16

const char *commitment_kind_name(enum commitment_kind kind)
{
	static const char *const names[] = {"exact", "estimate", "unbounded"};

	return names[kind];
}

uint64_t image_round_up(uint64_t n, uint64_t to)
{
	return to > 1 ? (n + to - 1) / to * to : n;
}

static void note(struct image_size *size, char *sentence)
{
	*vec_add(&size->notes) = sentence;
}

/* The greatest n with 2^n <= @value. */
static unsigned log2_of(uint64_t value)
{
	unsigned n = 0;

	while (value >>= 1)
		n++;
	return n;
}

static void make_estimate(struct image_size *size, uint64_t margin_bytes)
{
	size->kind = COMMITMENT_ESTIMATE;
	size->margin_bytes += margin_bytes;
	size->commitment_bytes += margin_bytes;
}

/*
 * What a guest that discards can add. Its clusters are given back to the file system, in
 * whole blocks, and new writes may take clusters further back. So as long as a block has
 * one cluster in use it is allocated, and the file becomes longer (with first fit by at
 * most its size for each doubling of its number of clusters: J. M. Robson, 1977), which
 * needs more refcount blocks. With clusters of 64 KiB that is less than 0.1 % and is not
 * counted.
 */
static void commit_discards(struct image_size *size, const struct qcow2_options *options,
			    uint64_t block_bytes)
{
	const uint64_t cluster = options->cluster_bytes;
	uint64_t n = size->commitment_bytes / cluster;
	uint64_t block = MIN(block_bytes, (uint64_t)DEFAULT_CLUSTER);
	uint64_t per_block = cluster * 8 / options->refcount_bits;
	uint64_t more = n * log2_of(n) / per_block;

	if (cluster >= DEFAULT_CLUSTER || n == 0)
		return;
	if (more > 0) {
		make_estimate(size, more * cluster);
		note(size,
		     xasprintf(
			     "A guest that discards can scatter the clusters, which needs up to %" PRIu64
			     " more refcount blocks.",
			     more));
	}
	if (cluster >= block)
		return;
	make_estimate(size, size->commitment_bytes / cluster * (block - cluster));
	note(size,
	     xasprintf(
		     "Its clusters are smaller than the file system's blocks of %" PRIu64
		     " bytes, so a guest that discards and writes again may keep a block allocated for each cluster.",
		     block));
}

static void commit_moving_table(struct image_size *size,
				const struct qcow2_options *options)
{
	make_estimate(size, image_round_up(size->commitment_bytes / MARGIN_DIVISOR,
					   options->cluster_bytes));
	note(size,
	     xstrdup("The refcount table moves while the image fills up, so the commitment includes a margin of 0.5 %."));
}

static void commit_version_2(struct image_size *size, const struct qcow2_options *options)
{
	if (!options->version_2)
		return;
	make_estimate(size, size->commitment_bytes);
	note(size,
	     xstrdup("In a qcow2 image of version 2, writing zeros frees clusters that may be too scattered to be reused; the commitment therefore includes a margin of 100 %."));
}

/* The commitment of a full new image, and whether it is exact, from the options alone. */
static void commit_full(struct image_size *size, const struct qcow2_options *options,
			uint64_t block_bytes)
{
	uint64_t full = qcow2_full_bytes(options, true);

	size->kind = COMMITMENT_EXACT;
	size->commitment_bytes = full;
	commit_version_2(size, options);
	if (full > qcow2_first_table_bytes(options))
		commit_moving_table(size, options);
	commit_discards(size, options, block_bytes);
}

void image_commit_snapshots(struct image_size *size, uint32_t snapshots)
{
	if (snapshots == 0)
		return;
	if (snapshots == IMAGE_ANY_SNAPSHOTS) {
		size->kind = COMMITMENT_UNBOUNDED;
		size->commitment_bytes = IMAGE_UNKNOWN;
		size->margin_bytes = 0;
		note(size,
		     xstrdup("Each snapshot allows the image to grow by its whole capacity once more, and --snapshots any sets no limit to their number."));
		return;
	}
	size->kind = COMMITMENT_ESTIMATE;
	size->commitment_bytes *= (uint64_t)snapshots + 1;
	note(size, xasprintf("The commitment includes room for %" PRIu32
			     " more snapshots without guest memory.",
			     snapshots));
}

static void note_use(struct image_size *size, const struct qcow2_header *header,
		     const struct qcow2_use *use)
{
	const struct {
		uint64_t n;
		const char *kind, *text;
	} rows[] = {
		{use->compressed, "compressed",
		 "which may stay in use until all clusters in the same host cluster are rewritten"},
		{use->shared, "shared",
		 "which snapshots use too, so that writing there needs new clusters"},
		{use->leaked, "leaked",
		 "which nothing uses; qemu-img check -r leaks frees them"},
		{use->free, "free", "which may be too scattered to be used again"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].n > 0)
			note(size, xasprintf("It has %" PRIu64 " %s cluster%s, %s.",
					     rows[i].n, rows[i].kind,
					     rows[i].n == 1 ? "" : "s", rows[i].text));
	if (header->n_bitmaps > 0)
		note(size,
		     xasprintf(
			     "It has %" PRIu32
			     " bitmap%s, counted %d times because QEMU writes them to new clusters each time it closes the image, and may not use the old ones again.",
			     header->n_bitmaps, header->n_bitmaps == 1 ? "" : "s",
			     BITMAP_TIMES));
	if (use->damaged)
		note(size,
		     xstrdup("Some of its metadata tables are damaged, so it is not known which clusters they refer to; qemu-img check gives details."));
}

void image_commit_existing(struct image_size *size, const struct qcow2_header *header,
			   const struct qcow2_use *use, uint64_t bitmap_bytes,
			   uint64_t block_bytes)
{
	const uint64_t cluster = header->options.cluster_bytes;
	uint64_t bitmaps = BITMAP_TIMES * ((bitmap_bytes + cluster - 1) / cluster), n;
	bool moves;

	n = use->length + use->wanted + bitmaps +
	    qcow2_more_blocks(header, use, use->wanted + bitmaps, &moves);
	/* Free clusters use no space if the file has holes there. */
	n -= use->free - MIN(use->free, size->allocation_bytes / cluster);
	size->commitment_bytes = n * cluster;
	size->kind = use->compressed || use->shared || use->free || header->n_bitmaps ||
				     header->n_snapshots || use->damaged || header->dirty
			     ? COMMITMENT_ESTIMATE
			     : COMMITMENT_EXACT;
	note_use(size, header, use);
	commit_version_2(size, &header->options);
	if (moves)
		commit_moving_table(size, &header->options);
	commit_discards(size, &header->options, block_bytes);
	if (size->allocation_bytes > size->commitment_bytes) {
		size->kind = COMMITMENT_ESTIMATE;
		size->commitment_bytes = size->allocation_bytes;
		note(size,
		     xstrdup("It already uses more space than a full image needs."));
	}
}

void image_note_state(struct image_size *size, const struct qcow2_header *header)
{
	if (header->dirty)
		note(size,
		     xstrdup("It was not closed cleanly; qemu-img check -r all rebuilds its refcounts."));
	if (header->corrupt)
		note(size, xstrdup("QEMU has marked it as corrupt."));
	if (header->data_file)
		note(size,
		     xstrdup("Its data is in a separate data file; the sizes shown here are those of the metadata alone."));
	if (header->backing_file)
		note(size,
		     xstrdup("It depends on a backing file, which is not counted here."));
}

void image_measure_new_raw(uint64_t capacity_bytes, const struct image_question *question,
			   struct image_sizes *sizes)
{
	struct image_size *size = vec_add(&sizes->list);

	size->capacity_bytes = size->length_bytes = capacity_bytes;
	size->commitment_bytes = image_round_up(capacity_bytes, question->block_bytes);
	/* qemu-img create writes the first block, to determine the alignment. */
	size->allocation_bytes = question->block_bytes && capacity_bytes
					 ? question->block_bytes
					 : IMAGE_UNKNOWN;
}

void image_measure_new_qcow2(const struct qcow2_options *options,
			     const struct image_question *question,
			     struct image_sizes *sizes)
{
	struct image_size *size = vec_add(&sizes->list);

	size->format = IMAGE_QCOW2;
	size->capacity_bytes = options->capacity_bytes;
	size->length_bytes = qcow2_new_bytes(options);
	size->allocation_bytes =
		question->block_bytes
			? image_round_up(size->length_bytes, question->block_bytes)
			: IMAGE_UNKNOWN;
	commit_full(size, options, question->block_bytes);
	if (options->preallocated) {
		size->allocation_bytes = IMAGE_UNKNOWN;
		note(size,
		     xstrdup(options->preallocated_data
				     ? "It is preallocated: everything but some of its metadata is allocated from the start."
				     : "It is preallocated: all of its metadata, but no data, is allocated from the start."));
	}
	image_commit_snapshots(size, question->snapshots);
	if (size->kind != COMMITMENT_UNBOUNDED)
		size->commitment_bytes =
			image_round_up(size->commitment_bytes, question->block_bytes);
	if (!options->data_file)
		return;
	image_measure_new_raw(options->capacity_bytes, question, sizes);
	size = vec_last(&sizes->list);
	/* QEMU writes whole clusters there too. */
	size->commitment_bytes =
		image_round_up(size->commitment_bytes, options->cluster_bytes);
	if (options->preallocated_data)
		size->allocation_bytes = size->commitment_bytes;
}

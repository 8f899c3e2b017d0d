/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * image-commit.c - the space that an image may use eventually.
 *
 * Theory of operation: a qcow2 file only grows. Its commitment is the length of an image
 * with all its clusters in use (qcow2-size.c). That is exact for an image whose tables
 * are where qemu-img create puts them and whose first refcount table is large enough.
 * Everything else makes it an upper bound: snapshots keep their clusters while the guest
 * fills new ones; bitmaps are rewritten before the old ones are released; a refcount
 * table that moved leaves its old position unused. The metadata that the file system
 * needs for the file (ext4: a block of extents for a fragmented one) is in nobody's
 * length and is not counted.
 */
#include "partition/image-commit.h"

#include "base/text.h"

#include <inttypes.h>

/*
 * What a moving refcount table was measured to add, at most: 0.21 % of the full length
 * over clusters of 512 bytes to 4 KiB. One part in 200 is about twice that.
 */
#define MARGIN_DIVISOR 200

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

/* The commitment of a full image, and whether it is exact, from the options alone. */
static void commit_full(struct image_size *size, const struct qcow2_options *options)
{
	uint64_t full = qcow2_full_bytes(options, true);

	size->kind = COMMITMENT_EXACT;
	size->commitment_bytes = full;
	if (full <= qcow2_first_table_bytes(options))
		return;
	size->kind = COMMITMENT_ESTIMATE;
	size->margin_bytes =
		image_round_up(full / MARGIN_DIVISOR, options->cluster_bytes);
	size->commitment_bytes += size->margin_bytes;
	note(size,
	     xstrdup("The refcount table moves while the image fills up, so the commitment includes a margin of 0.5 %."));
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
		     xstrdup("Each snapshot lets the image grow by its whole capacity again, and the number of snapshots is not limited."));
		return;
	}
	size->kind = COMMITMENT_ESTIMATE;
	size->commitment_bytes *= (uint64_t)snapshots + 1;
	note(size, xasprintf("The commitment includes room for %" PRIu32
			     " more snapshots without guest memory.",
			     snapshots));
}

/* Everything about an existing image that makes its commitment only an upper bound. */
void image_commit_existing(struct image_size *size, const struct qcow2_header *header,
			   uint64_t bitmap_bytes)
{
	const struct qcow2_options *options = &header->options;
	bool as_created = (header->l1_entries == 0 ||
			   header->l1_offset == UINT64_C(3) * options->cluster_bytes) &&
			  header->refcount_offset == options->cluster_bytes &&
			  header->refcount_clusters == 1;

	commit_full(size, options);
	if (header->n_snapshots > 0) {
		size->kind = COMMITMENT_ESTIMATE;
		size->commitment_bytes += size->length_bytes;
		note(size,
		     xasprintf(
			     "It has %" PRIu32
			     " internal snapshot%s, whose data is counted in addition to a complete rewrite by the guest.",
			     header->n_snapshots, header->n_snapshots == 1 ? "" : "s"));
	}
	if (bitmap_bytes > 0) {
		size->kind = COMMITMENT_ESTIMATE;
		size->commitment_bytes += 2 * bitmap_bytes;
		note(size,
		     xasprintf("It has %" PRIu32
			       " bitmap%s, rewritten before the old clusters are freed.",
			       header->n_bitmaps, header->n_bitmaps == 1 ? "" : "s"));
	}
	if (!as_created && size->kind == COMMITMENT_EXACT) {
		size->kind = COMMITMENT_ESTIMATE;
		note(size,
		     xstrdup("Its tables have moved since it was created; their old positions may still be in use."));
	}
	if (size->length_bytes > size->commitment_bytes &&
	    size->allocation_bytes <= size->length_bytes) {
		size->kind = COMMITMENT_ESTIMATE;
		size->commitment_bytes = size->length_bytes;
		note(size,
		     xstrdup("It is already longer than a full image needs to be."));
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
		     xstrdup("Its data is in the data file, which has its own sizes; these sizes are of the metadata alone."));
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
	commit_full(size, options);
	if (options->preallocated) {
		size->allocation_bytes = IMAGE_UNKNOWN;
		note(size,
		     xstrdup(options->preallocated_data
				     ? "It is preallocated: everything but some of its metadata is allocated from the start."
				     : "It is preallocated: all of its metadata is allocated from the start, no data."));
	}
	image_commit_snapshots(size, question->snapshots);
	if (size->kind != COMMITMENT_UNBOUNDED)
		size->commitment_bytes =
			image_round_up(size->commitment_bytes, question->block_bytes);
	if (options->data_file)
		image_measure_new_raw(options->capacity_bytes, question, sizes);
}

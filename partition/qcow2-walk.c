/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * qcow2-walk.c - theory of operation. A write by the guest replaces a cluster in place if
 * the entries that lead to it have the flag "copied" (QEMU's docs/interop/qcow2.txt);
 * otherwise it takes a new cluster: because the guest never wrote there, because a
 * snapshot has the old one, or because the old one is compressed. Several compressed
 * clusters share a host cluster, which is released only when the last of them is
 * rewritten, so in the worst order none of them is. A cluster with a reference count of 0
 * may never be used again either: a write of several clusters needs adjacent ones.
 */
#include "partition/qcow2-walk.h"

#include "base/mem.h"
#include "partition/bytes.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define OFFSET_MASK UINT64_C(0x00fffffffffffe00)
#define COPIED      (UINT64_C(1) << 63)
#define COMPRESSED  (UINT64_C(1) << 62)

struct walk {
	int fd;
	const char *name;
	uint64_t length_bytes;
	const struct qcow2_header *header;
	struct qcow2_use *use;
	uint8_t *table;      /* one cluster, owned */
	uint64_t n_tables;   /* clusters that were read, at most those of the file */
	uint64_t referenced; /* clusters that the active tables lead to */
};

/* Reads @n bytes at @offset; beyond the end of the file there are zeros. */
static int read_at(const struct walk *walk, uint8_t *bytes, size_t n, uint64_t offset,
		   struct error *error)
{
	size_t done = 0;

	memset(bytes, 0, n);
	while (done < n && offset + done < walk->length_bytes) {
		ssize_t got =
			pread(walk->fd, bytes + done, n - done, (off_t)(offset + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_system(error, errno, "%s: cannot be read",
					    walk->name);
		if (got == 0)
			break;
		done += (size_t)got;
	}
	return 0;
}

/* Whether a table of one cluster can be at @offset; each cluster is read only once. */
static bool may_read(struct walk *walk, uint64_t offset)
{
	const uint64_t cluster = walk->header->options.cluster_bytes;

	if (offset % cluster == 0 && offset < walk->length_bytes &&
	    walk->n_tables < 2 * walk->use->length) {
		walk->n_tables++;
		return true;
	}
	walk->use->damaged = true;
	return false;
}

/* @n entries of one L2 table; @owned: the table itself is not shared. */
static void count_entries(struct walk *walk, uint64_t n)
{
	const struct qcow2_options *options = &walk->header->options;
	const unsigned entry_bytes = qcow2_l2_entry_bytes(options);

	for (uint64_t i = 0; i < n; i++) {
		uint64_t entry = get_be64(walk->table + i * entry_bytes);
		bool own = entry & COPIED && !(entry & COMPRESSED);

		walk->use->compressed += (entry & COMPRESSED) != 0;
		if (options->data_file)
			continue;
		walk->referenced += own;
		walk->use->wanted += !own;
		walk->use->shared += !own && entry & OFFSET_MASK && !(entry & COMPRESSED);
	}
}

/* The L2 table of @n guest clusters that the L1 entry @entry leads to. */
static int walk_l2(struct walk *walk, uint64_t entry, uint64_t n, struct error *error)
{
	const uint32_t cluster = walk->header->options.cluster_bytes;
	uint64_t offset = entry & OFFSET_MASK;

	if (offset == 0 || !may_read(walk, offset)) {
		walk->use->wanted += 1 + (walk->header->options.data_file ? 0 : n);
		return 0;
	}
	if (read_at(walk, walk->table, cluster, offset, error) < 0)
		return -1;
	walk->referenced += (entry & COPIED) != 0;
	walk->use->wanted += !(entry & COPIED);
	walk->use->shared += !(entry & COPIED);
	count_entries(walk, n);
	return 0;
}

static uint64_t divide_up(uint64_t n, uint64_t by)
{
	return n / by + (n % by != 0);
}

static int walk_l1(struct walk *walk, struct error *error)
{
	const struct qcow2_options *options = &walk->header->options;
	uint64_t per_table = options->cluster_bytes / qcow2_l2_entry_bytes(options);
	uint64_t left = divide_up(options->capacity_bytes, options->cluster_bytes);
	_cleanup_free_ uint8_t *l1 = xcalloc(walk->header->l1_entries + 1, 8);

	if (read_at(walk, l1, (size_t)walk->header->l1_entries * 8,
		    walk->header->l1_offset, error) < 0)
		return -1;
	for (uint32_t i = 0; i < walk->header->l1_entries && left > 0; i++) {
		uint64_t n = MIN(left, per_table);

		if (walk_l2(walk, get_be64(l1 + (size_t)i * 8), n, error) < 0)
			return -1;
		left -= n;
	}
	return 0;
}

/* Whether the @index-th reference count of a block is 0. */
static bool is_free(const uint8_t *block, uint64_t index, uint32_t bits)
{
	uint64_t value = 0;

	if (bits < 8)
		return (block[index * bits / 8] >> (index * bits % 8) &
			((1u << bits) - 1)) == 0;
	for (unsigned i = 0; i < bits / 8; i++)
		value |= block[index * (bits / 8) + i];
	return value == 0;
}

/* Counts the free clusters among those of one refcount block. */
static int walk_block(struct walk *walk, uint64_t index, struct error *error)
{
	const struct qcow2_options *options = &walk->header->options;
	uint64_t per_block =
		(uint64_t)options->cluster_bytes * 8 / options->refcount_bits;
	uint64_t first = index * per_block, offset = 0;
	uint64_t n = MIN(per_block, walk->use->length - first);

	if (index < walk->use->n_blocks)
		offset = walk->use->blocks[index];
	if (offset == 0) {
		walk->use->free += n;
		return 0;
	}
	walk->referenced++;
	if (!may_read(walk, offset))
		return 0;
	if (read_at(walk, walk->table, options->cluster_bytes, offset, error) < 0)
		return -1;
	for (uint64_t i = 0; i < n; i++)
		walk->use->free += is_free(walk->table, i, options->refcount_bits);
	return 0;
}

static int walk_refcounts(struct walk *walk, struct error *error)
{
	const struct qcow2_options *options = &walk->header->options;
	uint64_t per_block =
		(uint64_t)options->cluster_bytes * 8 / options->refcount_bits;
	size_t n = (size_t)walk->header->refcount_clusters * options->cluster_bytes;
	_cleanup_free_ uint8_t *bytes = xcalloc(1, n);

	if (read_at(walk, bytes, n, walk->header->refcount_offset, error) < 0)
		return -1;
	walk->use->n_blocks = n / 8;
	walk->use->blocks = xcalloc(walk->use->n_blocks, sizeof(*walk->use->blocks));
	for (uint64_t i = 0; i < walk->use->n_blocks; i++)
		walk->use->blocks[i] = get_be64(bytes + i * 8) & ~UINT64_C(511);
	for (uint64_t i = 0; i * per_block < walk->use->length; i++)
		if (walk_block(walk, i, error) < 0)
			return -1;
	return 0;
}

/*
 * What is in use and not referenced. Only for an image without snapshots, bitmaps and
 * compressed clusters, whose references are not followed.
 */
static void count_leaked(struct walk *walk)
{
	const struct qcow2_header *header = walk->header;
	const uint64_t cluster = header->options.cluster_bytes;
	uint64_t used = walk->use->length - walk->use->free;
	uint64_t known = walk->referenced + 1 + header->refcount_clusters +
			 divide_up((uint64_t)header->l1_entries * 8, cluster) +
			 divide_up(header->options.luks_bytes, cluster);

	if (header->n_snapshots > 0 || header->n_bitmaps > 0 ||
	    walk->use->compressed > 0 || walk->use->shared > 0 || walk->use->damaged ||
	    header->dirty || used <= known)
		return;
	walk->use->leaked = used - known;
}

int qcow2_walk(int fd, const char *name, uint64_t length_bytes,
	       const struct qcow2_header *header, struct qcow2_use *ret,
	       struct error *error)
{
	struct walk walk = {fd, name, length_bytes, header, ret, NULL, 0, 0};
	int rc;

	*ret = (struct qcow2_use){
		.length = divide_up(length_bytes, header->options.cluster_bytes)};
	walk.table = xcalloc(1, header->options.cluster_bytes);
	rc = walk_l1(&walk, error) < 0 || walk_refcounts(&walk, error) < 0 ? -1 : 0;
	free(walk.table);
	if (rc < 0) {
		qcow2_use_free(ret);
		return -1;
	}
	/* The reference counts of an image that was not closed are not up to date. */
	if (header->dirty || header->corrupt)
		ret->free = 0;
	count_leaked(&walk);
	return 0;
}

uint64_t qcow2_more_blocks(const struct qcow2_header *header, const struct qcow2_use *use,
			   uint64_t more, bool *ret_moves)
{
	const struct qcow2_options *options = &header->options;
	uint64_t per_block =
		(uint64_t)options->cluster_bytes * 8 / options->refcount_bits;
	uint64_t added = 0, missing, needed;

	do {
		missing = added;
		needed = divide_up(use->length + more + missing, per_block);
		added = 0;
		for (uint64_t i = 0; i < MIN(needed, use->n_blocks); i++)
			added += use->blocks[i] == 0;
		if (needed > use->n_blocks)
			added += needed - use->n_blocks;
	} while (added > missing);
	*ret_moves = needed > use->n_blocks;
	return added;
}

void qcow2_use_free(struct qcow2_use *use)
{
	free(use->blocks);
	*use = (struct qcow2_use){};
}

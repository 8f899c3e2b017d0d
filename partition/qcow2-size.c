/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * qcow2-size.c - the length of a qcow2 image when new and when full.
 *
 * Theory of operation: a full image is one header cluster, level 2 tables for all data
 * clusters, the level 1 table, the data, the refcount blocks that count all these
 * clusters (including themselves) and the table of those blocks. The last two depend on
 * each other, so they are found by iterating to a fixed point, as QEMU does.
 */
#include "partition/qcow2.h"

#include "base/size.h"

#include <inttypes.h>
#include <string.h>

#define LUKS_SECTOR_BYTES  512
#define LUKS_ALIGN_SECTORS 8 /* key material begins on 4 KiB */
#define LUKS_SLOTS         8
#define LUKS_STRIPES       4000 /* of the anti-forensic splitter */

static uint64_t divide_up(uint64_t n, uint64_t by)
{
	return n / by + (n % by != 0);
}

static uint64_t round_up(uint64_t n, uint64_t to)
{
	return divide_up(n, to) * to;
}

/*
 * Length of the LUKS1 header that QEMU writes for a key of @key_bytes: the header
 * itself, then a slot of split key material for each passphrase (crypto/block-luks.c).
 */
static uint64_t luks_bytes(unsigned key_bytes)
{
	uint64_t slot =
		round_up(divide_up((uint64_t)key_bytes * LUKS_STRIPES, LUKS_SECTOR_BYTES),
			 LUKS_ALIGN_SECTORS);

	return (LUKS_ALIGN_SECTORS + LUKS_SLOTS * slot) * LUKS_SECTOR_BYTES;
}

struct qcow2_options qcow2_defaults(uint64_t capacity_bytes)
{
	return (struct qcow2_options){
		.capacity_bytes = capacity_bytes,
		.cluster_bytes = 65536,
		.refcount_bits = 16,
	};
}

uint64_t qcow2_l1_entries(const struct qcow2_options *options)
{
	uint64_t per_table = options->cluster_bytes / qcow2_l2_entry_bytes(options);

	return divide_up(divide_up(options->capacity_bytes, options->cluster_bytes),
			 per_table);
}

/*
 * All clusters have their positions, but with extended L2 entries the last one ends after
 * its last subcluster, unless its data is allocated too (observed with QEMU 7.2).
 */
static uint64_t preallocated_bytes(const struct qcow2_options *options)
{
	uint64_t cluster = options->cluster_bytes, rest;
	uint64_t full = qcow2_full_bytes(options, true);

	if (!options->extended_l2 || options->preallocated_data)
		return full;
	rest = options->capacity_bytes % cluster;
	return rest ? full - cluster + round_up(rest, cluster / 32) : full;
}

uint64_t qcow2_new_bytes(const struct qcow2_options *options)
{
	uint64_t cluster = options->cluster_bytes;
	uint64_t l1 = qcow2_l1_entries(options) * 8;
	uint64_t luks = round_up(options->luks_bytes, cluster);
	uint64_t counted = 2 + divide_up(l1, cluster) + luks / cluster;
	uint64_t per_block = cluster * 8 / options->refcount_bits, blocks = 1;

	if (options->preallocated && options->capacity_bytes > 0)
		return preallocated_bytes(options);
	/* Only with small clusters does the L1 table need more than one block. */
	while (blocks * per_block < counted + blocks)
		blocks++;
	if (luks > 0 || blocks > 1)
		l1 = round_up(l1, cluster);
	return (2 + blocks) * cluster + l1 + luks;
}

uint64_t qcow2_full_bytes(const struct qcow2_options *options, bool with_data)
{
	uint64_t cluster = options->cluster_bytes, entry = qcow2_l2_entry_bytes(options);
	uint64_t data = divide_up(options->capacity_bytes, cluster);
	uint64_t l2 = round_up(data, cluster / entry) * entry;
	uint64_t l1 = round_up(l2 / cluster, cluster / 8) * 8;
	uint64_t counted = (cluster + l2 + l1) / cluster;
	uint64_t per_block = cluster * 8 / options->refcount_bits;
	uint64_t blocks = 0, table = 0, before;

	if (with_data && !options->data_file)
		counted += data;
	do {
		before = blocks;
		blocks = divide_up(counted + table + blocks, per_block);
		table = divide_up(blocks, cluster / 8);
	} while (blocks != before);
	return (counted + blocks + table) * cluster +
	       round_up(options->luks_bytes, cluster);
}

uint64_t qcow2_first_table_bytes(const struct qcow2_options *options)
{
	uint64_t cluster = options->cluster_bytes;

	return cluster / 8 * (cluster * 8 / options->refcount_bits) * cluster;
}

static int set_cluster_size(struct qcow2_options *options, const char *value,
			    struct error *error)
{
	enum size_answer answer;
	uint64_t bytes = 0;

	answer = size_parse(value, true, 0, &bytes);
	if (answer != SIZE_OK)
		return error_input(error, "cluster_size=%s %s", value,
				   size_answer_text(answer));
	if (bytes < 512 || bytes > 2 << 20 || (bytes & (bytes - 1)))
		return error_input(error,
				   "cluster_size=%s is not a power of two from 512 to 2M",
				   value);
	options->cluster_bytes = (uint32_t)bytes;
	return 0;
}

static int set_refcount_bits(struct qcow2_options *options, const char *value,
			     struct error *error)
{
	uint32_t bits;

	if (!parse_u32(value, &bits) || bits == 0 || bits > 64 || (bits & (bits - 1)))
		return error_input(error,
				   "refcount_bits=%s is not a power of two from 1 to 64",
				   value);
	options->refcount_bits = bits;
	return 0;
}

static int parse_switch(const char *name, const char *value, bool *ret,
			struct error *error)
{
	*ret = streq(value, "on") || streq(value, "yes") || streq(value, "true");
	if (*ret || streq(value, "off") || streq(value, "no") || streq(value, "false"))
		return 0;
	return error_input(error, "%s=%s is neither on nor off", name, value);
}

static int set_extended_l2(struct qcow2_options *options, const char *value,
			   struct error *error)
{
	return parse_switch("extended_l2", value, &options->extended_l2, error);
}

static int set_data_file(struct qcow2_options *options, const char *value,
			 struct error *error)
{
	if (!*value)
		return error_input(error, "data_file= names no file");
	options->data_file = true;
	return 0;
}

/* The clusters of a raw data file are where the guest sees them, so all have positions.
 */
static int set_data_file_raw(struct qcow2_options *options, const char *value,
			     struct error *error)
{
	if (parse_switch("data_file_raw", value, &options->data_file_raw, error) < 0)
		return -1;
	options->preallocated |= options->data_file_raw;
	return 0;
}

/* QEMU's default cipher is aes-256 in XTS mode, whose key is twice as long. */
static int set_encryption(struct qcow2_options *options, const char *value,
			  struct error *error)
{
	if (!streq(value, "luks"))
		return error_input(error, "encrypt.format=%s: only luks is supported",
				   value);
	options->luks_bytes = luks_bytes(64);
	return 0;
}

static int set_cipher(struct qcow2_options *options, const char *value,
		      struct error *error)
{
	static const struct {
		const char *suffix;
		unsigned key_bytes;
	} rows[] = {{"-128", 32}, {"-192", 48}, {"-256", 64}};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (has_suffix(value, rows[i].suffix)) {
			options->luks_bytes = luks_bytes(rows[i].key_bytes);
			return 0;
		}
	return error_input(error, "encrypt.cipher-alg=%s: unknown cipher", value);
}

static int set_preallocation(struct qcow2_options *options, const char *value,
			     struct error *error)
{
	options->preallocated_data = streq(value, "falloc") || streq(value, "full");
	options->preallocated = options->preallocated_data || options->data_file_raw ||
				streq(value, "metadata");
	if (options->preallocated_data || streq(value, "metadata") || streq(value, "off"))
		return 0;
	return error_input(error,
			   "preallocation=%s: must be off, metadata, falloc or full",
			   value);
}

static int set_compat(struct qcow2_options *options, const char *value,
		      struct error *error)
{
	options->version_2 = streq(value, "0.10") || streq(value, "v2");
	if (options->version_2 || streq(value, "1.1") || streq(value, "v3"))
		return 0;
	return error_input(error, "compat=%s: must be 0.10 or 1.1", value);
}

static int changes_nothing(struct qcow2_options *options _unused_,
			   const char *value _unused_, struct error *error _unused_)
{
	return 0;
}

int qcow2_set_option(struct qcow2_options *options, const char *option,
		     struct error *error)
{
	static const struct {
		const char *name;
		int (*set)(struct qcow2_options *, const char *, struct error *);
	} rows[] = {
		{"cluster_size", set_cluster_size},
		{"refcount_bits", set_refcount_bits},
		{"extended_l2", set_extended_l2},
		{"data_file", set_data_file},
		{"encrypt.format", set_encryption},
		{"encrypt.cipher-alg", set_cipher},
		{"preallocation", set_preallocation},
		{"backing_file", changes_nothing},
		{"backing_fmt", changes_nothing},
		{"compat", set_compat},
		{"lazy_refcounts", changes_nothing},
		{"data_file_raw", set_data_file_raw},
		{"compression_type", changes_nothing},
		{"encrypt.key-secret", changes_nothing},
		{"encrypt.iter-time", changes_nothing},
	};
	const char *equals = strchr(option, '=');

	if (!equals)
		return error_input(error, "option \"%s\" is not NAME=VALUE", option);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (strlen(rows[i].name) == (size_t)(equals - option) &&
		    strncmp(rows[i].name, option, (size_t)(equals - option)) == 0)
			return rows[i].set(options, equals + 1, error);
	return error_input(
		error,
		"the size of an image with the qcow2 option \"%s\" cannot be computed",
		option);
}

int qcow2_check_options(const struct qcow2_options *options, struct error *error)
{
	if (options->data_file_raw && !options->data_file)
		return error_input(error, "data_file_raw=on needs a data_file");
	if (options->extended_l2 && options->cluster_bytes < 1u << 14)
		return error_input(error,
				   "extended_l2=on needs a cluster_size of at least 16K");
	if (qcow2_l1_entries(options) > (32u << 20) / 8)
		return error_input(
			error,
			"clusters of %" PRIu32
			" bytes are too small for this capacity: the L1 table would exceed 32 MiB",
			options->cluster_bytes);
	return 0;
}

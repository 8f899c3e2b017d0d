/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * disk-layout-ids.c - UUIDs and disk signatures: given, derived from a seed, or
 * generated at random.
 *
 * Two rules derive them from a seed. Ours hashes the partition's number, so that the UUID
 * stays the same if the type changes; systemd-repart's (src/partition/repart.c,
 * partition_acquire_uuid and disk_acquire_uuid of version 252) hashes the type and how
 * many partitions of that type come before, so that both tools make the same disk.
 */
#include "partition/disk-layout-ids.h"

#include "base/sha256.h"

#include <errno.h>
#include <stdio.h>
#include <sys/random.h>

static struct guid hash_guid(const void *key, size_t n_key, const void *bytes, size_t n)
{
	uint8_t hash[SHA256_BYTES];
	struct guid guid;

	hmac_sha256(key, n_key, bytes, n, hash);
	memcpy(guid.bytes, hash, sizeof(guid.bytes));
	return guid_as_v4(guid);
}

static struct guid own_guid(const char *seed, const char *what)
{
	return hash_guid(seed, strlen(seed), what, strlen(what));
}

struct guid repart_guid(struct guid seed, struct guid type, uint64_t before)
{
	uint8_t plain[24];

	memcpy(plain, type.bytes, sizeof(type.bytes));
	for (int i = 0; i < 8; i++)
		plain[16 + i] = (uint8_t)(before >> (8 * i));
	return hash_guid(seed.bytes, sizeof(seed.bytes), plain, before > 0 ? 24 : 16);
}

static struct guid repart_guid_of(struct guid seed, const struct partition_table *table,
				  size_t index)
{
	struct guid type = table->partitions.v[index].type;
	uint64_t before = 0;

	for (size_t i = 0; i < index; i++)
		before += guid_equal(table->partitions.v[i].type, type);
	return repart_guid(seed, type, before);
}

static void seed_partitions(const struct disk_request *request,
			    struct partition_table *table, const struct guid *repart)
{
	for (size_t i = 0; i < table->partitions.n; i++) {
		struct partition *partition = &table->partitions.v[i];
		_cleanup_free_ char *what = NULL;

		if (!guid_is_zero(partition->uuid))
			continue;
		what = xasprintf("virt-layout partition %u", partition->number);
		partition->uuid = repart ? repart_guid_of(*repart, table, i)
					 : own_guid(request->seed, what);
	}
}

/* From the first four bytes; 0 means "none" to Windows, so it is never used. */
static uint32_t signature_of(struct guid guid)
{
	uint32_t signature = (uint32_t)guid.bytes[0] << 24 |
			     (uint32_t)guid.bytes[1] << 16 |
			     (uint32_t)guid.bytes[2] << 8 | guid.bytes[3];

	return signature ? signature : 1;
}

static int use_seed(const struct disk_request *request, struct partition_table *table,
		    struct error *error)
{
	const bool repart = request->uuid_rule == UUID_REPART;
	struct guid seed = {};

	if (repart && table->label != LABEL_GPT)
		return error_input(error, "uuid-rule=repart requires a GPT");
	if (repart && !guid_parse(request->seed, &seed))
		return error_input(error, "seed=%s: uuid-rule=repart requires a GUID",
				   request->seed);
	if (table->label == LABEL_DOS) {
		if (!request->has_signature)
			table->disk_signature =
				signature_of(own_guid(request->seed, "virt-layout disk"));
		return 0;
	}
	if (!request->has_disk_guid)
		table->disk_guid = repart ? hash_guid(seed.bytes, 16, "disk-uuid", 9)
					  : own_guid(request->seed, "virt-layout disk");
	seed_partitions(request, table, repart ? &seed : NULL);
	return 0;
}

static int check_distinct(const struct partition_table *table, struct error *error)
{
	const struct partition *all = table->partitions.v;

	for (size_t i = 0; i < table->partitions.n; i++) {
		if (guid_is_zero(all[i].uuid))
			continue;
		if (guid_equal(all[i].uuid, table->disk_guid))
			return error_input(error,
					   "partition %u has the same UUID as the disk",
					   all[i].number);
		for (size_t k = 0; k < i; k++)
			if (guid_equal(all[i].uuid, all[k].uuid))
				return error_input(
					error, "partitions %u and %u have the same UUID",
					all[k].number, all[i].number);
	}
	return 0;
}

int disk_layout_set_ids(const struct disk_request *request, struct partition_table *table,
			struct error *error)
{
	if (request->has_disk_guid && table->label != LABEL_GPT)
		return error_input(
			error,
			"an MBR has a signature, not a GUID; for example uuid=0x1badb002");
	if (request->has_signature && table->label != LABEL_DOS)
		return error_input(error, "a GPT has a GUID, not a signature");
	if (request->uuid_rule == UUID_REPART && !request->seed && !request->elastic)
		return error_input(error, "uuid-rule=repart requires a seed");
	table->disk_guid = request->disk_guid;
	table->disk_signature = request->signature;
	table->keeps_signature = request->has_signature;
	if (request->seed && use_seed(request, table, error) < 0)
		return -1;
	return check_distinct(table, error);
}

static int draw(struct guid *ret, struct error *error)
{
	if (!guid_is_zero(*ret))
		return 0;
	if (getrandom(ret->bytes, sizeof(ret->bytes), 0) != (ssize_t)sizeof(ret->bytes))
		return error_system(error, errno, "cannot get random numbers");
	*ret = guid_as_v4(*ret);
	return 0;
}

int disk_layout_fill_ids(struct partition_table *table, struct error *error)
{
	struct guid guid = {};

	if (table->label == LABEL_DOS && table->disk_signature == 0 &&
	    !table->keeps_signature) {
		if (draw(&guid, error) < 0)
			return -1;
		table->disk_signature = signature_of(guid);
	}
	if (table->label != LABEL_GPT)
		return 0;
	for (size_t i = 0; i < table->partitions.n; i++)
		if (draw(&table->partitions.v[i].uuid, error) < 0)
			return -1;
	return draw(&table->disk_guid, error);
}

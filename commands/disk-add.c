/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* disk-add.c - `disk add`: adds partitions in the free space of an existing table. */
#include "commands/disk.h"

#include "base/mem.h"
#include "base/size.h"
#include "base/streams.h"
#include "partition/add-libvirt.h"
#include "partition/edit-table.h"
#include "partition/erase.h"
#include "partition/disk-layout.h"
#include "partition/disk-layout-ids.h"
#include "partition/disk-request-read.h"
#include "commands/disk-change.h"
#include "commands/disk-json.h"
#include "commands/disk-options.h"

#include <inttypes.h>
#include <stdio.h>

struct wish {
	struct change_wish change;
	struct request_flags settings;
	bool libvirt, bug_compatible, dry_run, keep_content, json;
	struct geometry geometry;
	VEC(struct room) rooms;   /* found, one for each partition */
	struct extents kept;      /* the padding of each */
	size_t libvirt_corrected; /* partitions that libvirt would make too short */
	struct text notes;        /* for standard error, when the disk is closed */
};

static int set_rule(void *target, const struct option_row *row, const char *value,
		    struct error *error)
{
	struct wish *wish = target;

	wish->libvirt = streq(value, "libvirt");
	return request_keep(&wish->settings, row, value, error);
}

static int set_geometry(void *target, const struct option_row *row, const char *value,
			struct error *error)
{
	struct wish *wish = target;

	if (geometry_parse(value, &wish->geometry))
		return 0;
	return option_error(error, row->name, value,
			    "is not HEADS/SECTORS, for example 255/63");
}

#define KEEP SET_WITH(request_keep, struct wish, settings)

static const struct option_row rows[] = {
	{"part", 'p', "KEY=VALUE,...", "a partition to add; can be repeated", KEEP},
	{"align", 'a', "SIZE",
	 "alignment (default 1MiB); if repeated, the least common multiple", KEEP},
	{"align-at", 0, "WHERE", "which ends to align (default both)", ALIGN_AT_NAMES,
	 KEEP},
	{"rule", 0, "RULE",
	 "how ends are aligned (default tight); libvirt also places the partition as a libvirt disk pool does",
	 ALIGN_RULES, SET_BY(set_rule)},
	{"seed", 0, "STRING",
	 "derive UUIDs from STRING instead of generating them at random", KEEP},
	{"geometry", 0, "H/S[,H/S]",
	 "heads and sectors per track for --rule=libvirt (default: the device's)",
	 SET_BY(set_geometry)},
	{"bug-compatible", 0, NULL,
	 "with --rule=libvirt, make the partition one sector too short where libvirt 9.0 does",
	 SET_TRUE(struct wish, bug_compatible)},
	{"dry-run", 0, NULL,
	 "show where the partitions would be placed, but write nothing",
	 SET_TRUE(struct wish, dry_run)},
	{"keep-content", 0, NULL,
	 "do not erase old signatures in the space for the partition",
	 SET_TRUE(struct wish, keep_content)},
	{"json", 'J', NULL, "print JSON", SET_TRUE(struct wish, json)},
	{OPTION_TABLE(change_rows, struct wish, change)},
	{},
};

static void wish_free(struct wish *wish)
{
	request_flags_free(&wish->settings);
	vec_free(&wish->rooms);
	extents_free(&wish->kept);
	text_free(&wish->notes);
}

static int read_options(const struct options *options, struct wish *wish,
			struct error *error)
{
	wish->change.disk.writable = true;
	if (options_set(options, wish, 1, 1, error) < 0)
		return -1;
	if (!options_given(options, "part"))
		return error_input(error, "disk add needs --part");
	if (wish->bug_compatible && !wish->libvirt)
		return error_input(error, "--bug-compatible needs --rule=libvirt");
	if (wish->geometry.heads && !wish->libvirt)
		return error_input(error, "--geometry needs --rule=libvirt");
	return 0;
}

/* The request for this disk, from the options. */
static int make_request(const struct wish *wish, const struct changed_disk *disk,
			struct disk_request *request, struct error *error)
{
	request->label = disk->seen.table.label;
	request->sector_bytes = disk->seen.table.sector_bytes;
	request->n_entries = disk->seen.table.n_entries;
	request->cluster_bytes = change_unit_bytes(disk);
	request->has_disk_guid = request->label == LABEL_GPT;
	request->has_signature = request->label == LABEL_DOS;
	request->disk_guid = disk->seen.table.disk_guid;
	request->signature = disk->seen.table.disk_signature;
	for (size_t i = 0; i < wish->settings.list.n; i++)
		if (request_set_flag(&wish->settings.list.v[i], request, error) < 0)
			return -1;
	return 0;
}

static int add_one(struct wish *wish, struct changed_disk *disk,
		   const struct disk_request *request, const struct part_request *part,
		   struct partition_table *wanted, struct error *error)
{
	struct libvirt_wish libvirt = {.geometry = wish->geometry,
				       .bug_compatible = wish->bug_compatible};
	struct room room = {};

	if (wish->libvirt && !libvirt.geometry.heads)
		libvirt.geometry =
			geometry_of(disk->io, disk->kind.format == IMAGE_QCOW2);
	if (wish->libvirt && libvirt_place(wanted, part, &libvirt, &room, error) < 0)
		return -1;
	wish->libvirt_corrected += libvirt.corrected;
	if (partition_add(wanted, request, part, &wish->kept, &room, error) < 0)
		return -1;
	*vec_add(&wish->rooms) = room;
	return 0;
}

static uint64_t waste_of(const struct wish *wish, const struct partition *partition)
{
	for (size_t i = 0; i < wish->rooms.n; i++)
		if (wish->rooms.v[i].start == partition->start_lba)
			return wish->rooms.v[i].waste_bytes;
	return 0;
}

static void add_lines(struct text *out, const struct wish *wish,
		      const struct partition_table *before,
		      const struct partition_table *wanted)
{
	for (size_t i = 0; i < wanted->partitions.n; i++) {
		const struct partition *it = &wanted->partitions.v[i];

		if (partition_table_find(before, it->number))
			continue;
		text_printf(out, "%u: blocks %" PRIu64 " to %" PRIu64 ", ", it->number,
			    it->start_lba, it->end_lba);
		text_add_size_about(out, partition_sectors(it) * wanted->sector_bytes);
		if (waste_of(wish, it) > 0) {
			text_adds(out, ", of which ");
			text_add_size(out, waste_of(wish, it));
			text_adds(out, " for alignment");
		}
		text_addc(out, '\n');
	}
}

static void add_json(struct text *out, const struct wish *wish,
		     const struct partition_table *before,
		     const struct partition_table *wanted)
{
	struct jsonw json = {.out = out};

	jsonw_object(&json, NULL);
	jsonw_int(&json, "version", 1);
	jsonw_bool(&json, "dry_run", wish->dry_run);
	jsonw_array(&json, "partitions");
	for (size_t i = 0; i < wanted->partitions.n; i++) {
		const struct partition *it = &wanted->partitions.v[i];

		if (partition_table_find(before, it->number))
			continue;
		jsonw_object(&json, NULL);
		disk_json_partition(&json, wanted, it);
		jsonw_u64(&json, "waste_bytes", waste_of(wish, it));
		jsonw_end_object(&json);
	}
	jsonw_end_array(&json);
	jsonw_end_object(&json);
	jsonw_finish(&json);
}

static void say(const struct wish *wish, const struct partition_table *before,
		const struct partition_table *wanted)
{
	_cleanup_text_ struct text out = {};

	if (wish->json)
		add_json(&out, wish, before, wanted);
	else
		add_lines(&out, wish, before, wanted);
	for (size_t i = 0; i < wish->libvirt_corrected; i++)
		streams_say(
			"libvirt 9.0 would make the added partition one sector too short; it was given its full size (use --bug-compatible for the size that libvirt gives it)");
	fwrite(out.s ? out.s : "", 1, out.n, stdout);
}

static int add_all(struct wish *wish, struct changed_disk *disk,
		   struct partition_table *wanted, struct error *error)
{
	_cleanup_disk_request_ struct disk_request request = {};

	disk_request_init(&request);
	if (make_request(wish, disk, &request, error) < 0)
		return -1;
	for (size_t i = 0; i < request.parts.n; i++)
		if (add_one(wish, disk, &request, &request.parts.v[i], wanted, error) < 0)
			return error_wrap(error, "%s", disk->io->name);
	if (disk_layout_set_ids(&request, wanted, error) < 0)
		return error_wrap(error, "%s", disk->io->name);
	return disk_layout_fill_ids(wanted, error);
}

static bool is_in_partition(const struct partition_table *table, uint64_t offset)
{
	uint64_t lba = offset / table->sector_bytes;

	for (size_t i = 0; i < table->partitions.n; i++) {
		const struct partition *it = &table->partitions.v[i];

		if (it->kind != KIND_EXTENDED && lba >= it->start_lba &&
		    lba <= it->end_lba)
			return true;
	}
	return false;
}

/*
 * The signature of a RAID, a volume group or an encrypted volume that uses the whole
 * disk.
 */
static const struct signature *find_owner(const struct contents *contents,
					  const struct partition_table *table)
{
	for (size_t i = 0; i < contents->list.n; i++) {
		const struct signature *it = &contents->list.v[i];

		if ((it->kind == SIGNATURE_MEMBER || it->kind == SIGNATURE_CRYPTO) &&
		    !is_in_partition(table, it->offset))
			return it;
	}
	return NULL;
}

/* A disk that belongs to one of those although it has a table has no free space. */
static int need_own_disk(struct changed_disk *disk, struct wish *wish,
			 struct error *error)
{
	_cleanup_contents_ struct contents contents = {};
	_cleanup_text_ struct text name = {};
	const struct signature *owner;

	if (change_survey(disk, &contents, error) < 0)
		return -1;
	owner = find_owner(&contents, &disk->seen.table);
	if (!owner)
		return 0;
	text_add_signature(&name, owner);
	if (!wish->change.force)
		return error_input(
			error,
			"%s: the whole disk is recognized as %s, because of a signature at byte %" PRIu64
			"; nothing was written; use --force to add to its table anyway",
			disk->io->name, name.s, owner->offset);
	text_printf(
		&wish->notes,
		"virt-layout: %s: forced although the whole disk is recognized as %s\n",
		disk->io->name, name.s);
	return 0;
}

/*
 * "partition 2: erased a signature (ext4 file system), 2 bytes at byte 1049656: 53 ef".
 */
static int name_signature(struct changed_disk *disk, struct wish *wish, unsigned number,
			  const struct signature *signature, struct error *error)
{
	uint8_t bytes[64];
	uint32_t n = MIN(signature->n_bytes, (uint32_t)sizeof(bytes));

	if (disk_read(disk->io, bytes, n, signature->offset, error) < 0)
		return -1;
	text_printf(&wish->notes, "virt-layout: %s: partition %u: %s a signature (",
		    disk->io->name, number, wish->dry_run ? "would erase" : "erased");
	text_add_signature(&wish->notes, signature);
	text_printf(&wish->notes, "), %u bytes at byte %" PRIu64 ":", n,
		    signature->offset);
	for (uint32_t i = 0; i < n; i++)
		text_printf(&wish->notes, " %02x", bytes[i]);
	text_addc(&wish->notes, '\n');
	return 0;
}

/* Erases what would be taken for the content of a new partition, in the same patch. */
static int erase_stale(struct changed_disk *disk, struct wish *wish,
		       const struct partition_table *wanted, struct patch *patch,
		       struct error *error)
{
	for (size_t i = 0; i < wanted->partitions.n && !wish->keep_content; i++) {
		const struct partition *it = &wanted->partitions.v[i];
		_cleanup_contents_ struct contents contents = {};

		if (it->kind == KIND_EXTENDED ||
		    partition_table_find(&disk->seen.table, it->number))
			continue;
		if (contents_find(disk->io, it->start_lba * wanted->sector_bytes,
				  (it->end_lba + 1) * wanted->sector_bytes, &contents,
				  error) < 0 ||
		    erase_signatures(disk->io, &contents, wanted, patch, error) < 0)
			return -1;
		for (size_t j = 0; j < contents.list.n; j++)
			if (name_signature(disk, wish, it->number, &contents.list.v[j],
					   error) < 0)
				return -1;
	}
	return 0;
}

static int run(const struct options *options, struct error *error)
{
	_cleanup_changed_disk_ struct changed_disk disk = {};
	_cleanup_partition_table_ struct partition_table wanted = {};
	_cleanup_(wish_free) struct wish wish = {};
	_cleanup_patch_ struct patch patch = {};
	int rc;

	if (read_options(options, &wish, error) < 0 ||
	    change_begin(options->args[0], &wish.change, &disk, error) < 0 ||
	    change_need_editable(&disk, error) < 0 ||
	    need_own_disk(&disk, &wish, error) < 0)
		return -1;
	wanted = partition_table_copy(&disk.seen.table);
	if (add_all(&wish, &disk, &wanted, error) < 0 ||
	    table_edit(disk.io, &disk.seen, &wanted, GPT_PRIMARY, &patch, error) < 0 ||
	    erase_stale(&disk, &wish, &wanted, &patch, error) < 0 ||
	    (!wish.dry_run && change_commit(&disk, &patch, &wanted, error) < 0))
		return -1;
	rc = change_end(&disk, options->args[0], error);
	if (wish.notes.n > 0)
		fputs(wish.notes.s, stderr);
	say(&wish, &disk.seen.table, &wanted);
	return rc;
}

const struct command disk_add_command = {
	.name = "add",
	.args = "IMAGE --part KEY=VALUE,...",
	.summary = "Add partitions in the free space of an existing table",
	.about =
		"Each partition is placed, aligned, in the smallest free extent that can hold it.\nKeys are those of disk plan, except weight. Prints where each partition is. Old\nfile-system signatures in its space are erased and reported on standard error.",
	.rows = rows,
	.run = run,
};

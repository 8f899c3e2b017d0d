/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * inspect.c - detects which table a disk has and its sector size.
 *
 * Theory of operation: a plain file has no sector size, and a GPT is at byte 512 or 4096
 * depending on it. So the reader looks for a header with a correct checksum at both
 * positions, at the start and at the end; the sector size given by the user or the device
 * is checked against the result. An MBR gives no hint and is read with 512 unless
 * specified otherwise. What looks like an MBR may be the boot sector of a FAT file
 * system, so the entries decide, as in the kernel, and libblkid names what else is there,
 * including tables of other types.
 */
#include "partition/inspect.h"

#include "partition/bytes.h"
#include "partition/content.h"
#include "partition/image.h"
#include "partition/inspect-parts.h"

#include <inttypes.h>

/* The sector sizes that have a GPT header with a correct checksum; a set of 1 <<
 * index. */
static const uint32_t sector_sizes[] = {512, 4096};

static int probe_sizes(struct disk_io *io, unsigned *ret_primary, unsigned *ret_backup,
		       struct error *error)
{
	*ret_primary = *ret_backup = 0;
	for (unsigned i = 0; i < ARRAY_SIZE(sector_sizes); i++) {
		bool there;

		if (gpt_probe(io, sector_sizes[i], false, &there, error) < 0)
			return -1;
		*ret_primary |= (unsigned)there << i;
		if (gpt_probe(io, sector_sizes[i], true, &there, error) < 0)
			return -1;
		*ret_backup |= (unsigned)there << i;
	}
	return 0;
}

static void say_sector_size(struct inspector *in, uint32_t given, uint32_t found)
{
	struct finding *finding;

	if (given == 0) {
		finding = inspector_find(in, "disk-sector-size", SEVERITY_INFO, NULL,
					 "The GPT was written for %" PRIu32
					 "-byte sectors, so this sector size is used.",
					 found);
		finding->remedy =
			xstrdup("Attach it to guests with this logical block size.");
		return;
	}
	finding = inspector_find(in, "disk-sector-size", SEVERITY_ERROR, NULL,
				 "The GPT was written for %" PRIu32
				 "-byte sectors, not for %" PRIu32 ".",
				 found, given);
	finding->remedy = xasprintf("Use it with sectors of %" PRIu32 " bytes.", found);
	finding->observed = xasprintf("%" PRIu32, found);
	finding->expected = xasprintf("%" PRIu32, given);
}

/* Determines in->sector_bytes. *ret_gpt: there is a header. */
static int choose_sector_size(struct inspector *in, uint32_t given, bool *ret_gpt,
			      struct error *error)
{
	unsigned primary, backup, either;
	uint32_t found = 0;

	if (probe_sizes(in->io, &primary, &backup, error) < 0)
		return -1;
	either = primary ? primary : backup;
	for (size_t i = 0; i < ARRAY_SIZE(sector_sizes); i++)
		if (either & 1u << i && (found == 0 || sector_sizes[i] == given))
			found = sector_sizes[i];
	*ret_gpt = found != 0;
	in->sector_bytes = found ? found : given ? given : 512;
	if (primary == 3)
		inspector_find(
			in, "disk-two-gpts", SEVERITY_WARNING, NULL,
			"It has a GPT header for 512-byte sectors and another for 4096-byte sectors; that of %" PRIu32
			" is used.",
			found);
	if (found && found != (given ? given : 512))
		say_sector_size(in, given, found);
	return 0;
}

/* Boot flags that no table has: this is the boot sector of a file system. */
static bool flags_are_wild(const uint8_t *sector)
{
	unsigned wild = 0;

	for (int i = 0; i < 4; i++)
		wild += (sector[DOS_ENTRIES_AT + i * DOS_ENTRY_BYTES] & 0x7f) != 0;
	return wild > 1;
}

static bool has_dos_entries(const uint8_t *sector)
{
	for (int i = 0; i < 4 * DOS_ENTRY_BYTES; i++)
		if (sector[DOS_ENTRIES_AT + i])
			return true;
	return false;
}

static bool has_protective_entry(const uint8_t *sector)
{
	for (int i = 0; i < 4; i++)
		if (sector[DOS_ENTRIES_AT + i * DOS_ENTRY_BYTES + 4] == DOS_PROTECTIVE)
			return true;
	return false;
}

static void say_no_table(struct inspector *in, const char *content)
{
	struct finding *finding;

	if (content)
		finding = inspector_find(in, "disk-no-table", SEVERITY_ERROR, NULL,
					 "It has no partition table; it contains %s.",
					 content);
	else
		finding = inspector_find(in, "disk-no-table", SEVERITY_ERROR, NULL,
					 "It has no partition table.");
	finding->remedy = xstrdup(
		content ? "disk create --replace --force writes a table and destroys this content."
			: "disk create --replace writes one.");
	finding->observed = xstrdup(content);
}

/*
 * Whether the entries describe partitions of this disk: each used entry has a flag that a
 * table may have, and blocks inside the disk after the MBR. Code or text does not.
 */
static bool entries_fit(const struct inspector *in, const uint8_t *sector)
{
	unsigned used = 0;

	for (int i = 0; i < 4; i++) {
		const uint8_t *entry = sector + DOS_ENTRIES_AT + i * DOS_ENTRY_BYTES;
		uint64_t start = get_le32(entry + 8), n = get_le32(entry + 12);

		if ((entry[0] & 0x7f) != 0)
			return false;
		if (entry[4] == 0 && n == 0)
			continue;
		if (entry[4] == 0 || (start == 0 && !in->ret->iso) || n == 0 ||
		    start + n > in->n_sectors)
			return false;
		used++;
	}
	return used > 0;
}

/*
 * Whether a file system that fills the disk begins here, so that the bytes of the entries
 * are code or text. A jump and a known file system are not enough: GRUB's boot code has a
 * jump and keeps the parameters of an earlier FAT (grub-install copies them), and a
 * signature further back may be stale.
 */
static bool is_boot_sector(const struct inspector *in, const uint8_t *sector,
			   const struct whole_content *content)
{
	bool jump = sector[0] == 0xe9 || (sector[0] == 0xeb && sector[2] == 0x90);

	if (!content->type)
		return false;
	return flags_are_wild(sector) || !has_dos_entries(sector) ||
	       (jump && !entries_fit(in, sector));
}

/* A type of table that is neither of ours. libblkid's "PMBR" is a protective MBR
 * alone. */
static bool is_foreign(const struct whole_content *content)
{
	return content->table && !streq(content->table, "dos") &&
	       !streq(content->table, "gpt") && !streq(content->table, "PMBR");
}

static void say_foreign(struct inspector *in, const struct whole_content *content)
{
	struct finding *finding = inspector_find(
		in, "disk-foreign-table", SEVERITY_WARNING, NULL,
		"It has a partition table of type \"%s\"%s%s, which virt-layout does not read.",
		content->table, content->type ? " and contains " : "",
		content->type ? content->type : "");

	finding->remedy = xstrdup(
		"Change it with a tool that supports it, such as parted or sfdisk; disk create --replace --force would destroy it.");
	finding->observed = xstrdup(content->table);
	in->ret->foreign = xstrdup(content->table);
}

/* ISO 9660 (ECMA-119, 6.2.1): the first volume descriptor is in the 17th 2048 bytes. */
static int find_iso(struct inspector *in, struct error *error)
{
	uint8_t bytes[8] = {};

	if (in->io->size_bytes >= 34816 &&
	    disk_read(in->io, bytes, sizeof(bytes), 32768, error) < 0)
		return -1;
	in->ret->iso = memcmp(bytes + 1, "CD001", 5) == 0;
	return 0;
}

/* The volume is one of the partitions: the MBR belongs to it. */
static bool isohybrid_content(const struct inspector *in, const uint8_t *sector,
			      const char *type)
{
	bool whole = false;

	for (int i = 0; i < 4; i++) {
		const uint8_t *entry = sector + DOS_ENTRIES_AT + i * DOS_ENTRY_BYTES;

		whole |= get_le32(entry + 8) == 0 && get_le32(entry + 12) > 0;
	}
	return in->ret->iso && whole && streq(type, "iso9660");
}

static int inspect_without_gpt(struct inspector *in, const uint8_t *sector,
			       struct error *error)
{
	_cleanup_whole_content_ struct whole_content content = {};
	bool ours;

	if (content_find(in->io, &content, error) < 0)
		return -1;
	ours = has_mbr_signature(sector) && !flags_are_wild(sector) &&
	       !is_boot_sector(in, sector, &content);
	in->ret->no_mbr = true;
	if (is_foreign(&content) && !(ours && entries_fit(in, sector))) {
		say_foreign(in, &content);
		return 0;
	}
	if (!ours) {
		say_no_table(in, content.type);
		return 0;
	}
	in->ret->no_mbr = false;
	if (content.type && !isohybrid_content(in, sector, content.type))
		inspector_find(
			in, "disk-content", SEVERITY_WARNING, NULL,
			"In addition to a partition table, the disk has signatures of %s.",
			content.type);
	return dos_inspect(in, sector, error);
}

static int inspect_with_size(struct inspector *in,
			     const struct inspect_question *question,
			     const uint8_t *sector, struct error *error)
{
	const char *container = image_container(sector, 512);
	bool gpt;

	if (find_iso(in, error) < 0)
		return -1;

	if (container) {
		inspector_find(in, "disk-container", SEVERITY_ERROR, NULL,
			       "It is a %s image, not raw.", container);
		in->ret->no_mbr = true;
		return 0;
	}
	if (choose_sector_size(in,
			       question->sector_bytes ? question->sector_bytes
						      : in->io->sector_bytes,
			       &gpt, error) < 0)
		return -1;
	in->n_sectors = in->io->size_bytes / in->sector_bytes;
	in->ret->table.sector_bytes = in->sector_bytes;
	in->ret->table.n_sectors = in->n_sectors;
	if (in->io->size_bytes % in->sector_bytes)
		inspector_find(in, "disk-size", SEVERITY_ERROR, NULL,
			       "Its size, %" PRIu64
			       " bytes, is not a multiple of %" PRIu32 ".",
			       in->io->size_bytes, in->sector_bytes)
			->remedy = xasprintf("truncate -s %%%" PRIu32
					     " rounds the size of a raw file up.",
					     in->sector_bytes);
	if (gpt || (has_mbr_signature(sector) && !flags_are_wild(sector) &&
		    has_protective_entry(sector)))
		return gpt_inspect(in, sector, error);
	return inspect_without_gpt(in, sector, error);
}

/* The tables of an isohybrid image are not to be changed, not even to repair them. */
static void drop_remedies(struct inspector *in)
{
	for (size_t i = in->first; i < in->report->findings.n; i++) {
		struct finding *finding = &in->report->findings.v[i];

		if (finding->remedy && has_prefix(finding->remedy, "disk ")) {
			free(finding->remedy);
			finding->remedy = NULL;
		}
	}
}

static bool only_hybrid_is_wrong(const struct report *report)
{
	for (size_t i = 0; i < report->findings.n; i++)
		if (report->findings.v[i].severity == SEVERITY_ERROR &&
		    !streq(report->findings.v[i].rule, "gpt-hybrid"))
			return false;
	return true;
}

int inspect_disk(struct disk_io *io, const struct inspect_question *question,
		 struct inspection *ret, struct report *report, struct error *error)
{
	struct inspector in = {.io = io,
			       .ret = ret,
			       .report = report,
			       .first = report->findings.n,
			       .backup_only = question->backup_only};
	uint8_t sector[512];

	ret->intact = true;
	if (io->size_bytes < 512) {
		inspector_find(&in, "disk-size", SEVERITY_ERROR, NULL,
			       "The image has only %" PRIu64
			       " bytes, less than one sector.",
			       io->size_bytes);
		return 0;
	}
	if (disk_read(io, sector, sizeof(sector), 0, error) < 0)
		return -1;
	memcpy(ret->boot_code, sector, sizeof(ret->boot_code));
	if (inspect_with_size(&in, question, sector, error) < 0)
		return -1;
	table_inspect(&in, question);
	if (ret->isohybrid)
		drop_remedies(&in);
	ret->intact &= ret->table.label != LABEL_NONE;
	ret->hybrid_editable = ret->editable && only_hybrid_is_wrong(report) &&
			       !ret->isohybrid && !ret->opaque;
	ret->editable = ret->editable && ret->intact && !ret->isohybrid && !ret->opaque;
	return 0;
}

void inspection_free(struct inspection *inspection)
{
	partition_table_free(&inspection->table);
	free(inspection->foreign);
	*inspection = (struct inspection){};
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * inspect-dos.c - the MBR, the chain of EBRs in an extended partition, and the protective
 * MBR of a GPT (UEFI 2.10, 5.2).
 *
 * Theory of operation: each EBR describes one logical partition, relative to itself, and
 * links to the next EBR, relative to the extended partition. The chain is followed up to
 * a limit; every link is checked against the extended partition and against all EBRs seen
 * so far. Cylinder, head and sector numbers are ignored: nothing uses them.
 */
#include "partition/inspect-parts.h"

#include "partition/bytes.h"
#include "partition/types.h"

#include <inttypes.h>

#define DOS_DYNAMIC 0x42

struct dos_entry dos_entry_read(const uint8_t *sector, int index)
{
	const uint8_t *p = sector + DOS_ENTRIES_AT + index * DOS_ENTRY_BYTES;

	return (struct dos_entry){.flag = p[0],
				  .code = p[4],
				  .start = get_le32(p + 8),
				  .n = get_le32(p + 12)};
}

static bool is_empty(const struct dos_entry *entry)
{
	return entry->code == 0 && entry->n == 0; /* Linux and sfdisk look at the size */
}

static void say_size(struct inspector *in, const struct dos_entry *entry)
{
	uint64_t right = MIN(in->n_sectors - 1, (uint64_t)UINT32_MAX);
	struct finding *finding;

	/* Some tools always write the largest number; kernel and firmware accept both. */
	if (entry->start == 1 && (entry->n == right || entry->n == UINT32_MAX))
		return;
	finding = inspector_find(
		in, "gpt-protective-mbr",
		entry->start == 1 ? SEVERITY_WARNING : SEVERITY_ERROR, NULL,
		"The protective MBR covers blocks %" PRIu32 " to %" PRIu64
		", not 1 to %" PRIu64 "%s.",
		entry->start, (uint64_t)entry->start + entry->n - (entry->n > 0), right,
		entry->start == 1 ? "" : ", so Linux and UEFI ignore the whole GPT");
	finding->remedy = xstrdup("disk recover --repair rewrites it.");
	in->ret->protective = false;
}

static void say_missing(struct inspector *in, int others)
{
	struct finding *finding;

	in->ret->protective = false;
	if (others > 0) {
		finding = inspector_find(
			in, "gpt-protective-mbr", SEVERITY_ERROR, NULL,
			"In addition to the GPT there is an MBR with %d partitions and no protective entry: systems disagree about which one to use.",
			others);
		finding->remedy = xstrdup(
			"Remove the stale one of the two: the GPT, or the partitions in the MBR.");
		return;
	}
	finding = inspector_find(
		in, "gpt-protective-mbr", SEVERITY_WARNING, NULL,
		"The GPT has no protective MBR, so Linux and UEFI ignore it, and systems that only know MBRs consider the disk empty.");
	finding->remedy = xstrdup("disk recover --repair writes it.");
}

/* An entry of a hybrid MBR describes a partition of the GPT, or systems see two disks. */
static void check_hybrid_entry(struct inspector *in, int index,
			       const struct dos_entry *entry)
{
	const struct partition_table *table = &in->ret->table;

	for (size_t i = 0; i < table->partitions.n; i++)
		if (table->partitions.v[i].start_lba == entry->start &&
		    partition_sectors(&table->partitions.v[i]) == entry->n)
			return;
	inspector_find(in, "gpt-hybrid", SEVERITY_ERROR, NULL,
		       "Entry %d of the hybrid MBR, blocks %" PRIu32 " to %" PRIu64
		       ", is not a partition of the GPT.",
		       index + 1, entry->start,
		       (uint64_t)entry->start + entry->n - (entry->n > 0))
		->remedy = xstrdup(
		"disk set --hybrid writes the hybrid MBR again; --hybrid none removes it.");
}

/* The entries in addition to the protective ones; their number. */
static int find_others(const uint8_t *sector, bool is_other[static 4],
		       int *ret_protective)
{
	bool signature = has_mbr_signature(sector);
	int others = 0;

	*ret_protective = -1;
	for (int i = 0; i < 4; i++) {
		struct dos_entry entry = dos_entry_read(sector, i);

		/* Type 0 with the active flag only makes some firmware boot the disk. */
		is_other[i] =
			signature && entry.code != 0 && entry.code != DOS_PROTECTIVE;
		others += is_other[i];
		/* Linux looks for one that begins at block 1, whichever it is. */
		if (signature && entry.code == DOS_PROTECTIVE &&
		    (*ret_protective < 0 || entry.start == 1))
			*ret_protective = i;
	}
	return others;
}

static void inspect_hybrid(struct inspector *in, const uint8_t *sector,
			   const bool is_other[static 4], int others)
{
	in->ret->hybrid = true;
	inspector_find(
		in, "gpt-hybrid", SEVERITY_WARNING, NULL,
		"The MBR is a hybrid: %d partition%s exist%s in addition to the protective one.",
		others, others == 1 ? "" : "s", others == 1 ? "s" : "");
	for (int i = 0; i < 4; i++) {
		struct dos_entry entry = dos_entry_read(sector, i);

		if (is_other[i] && in->ret->table.label == LABEL_GPT)
			check_hybrid_entry(in, i, &entry);
	}
}

void pmbr_inspect(struct inspector *in, const uint8_t *sector)
{
	bool is_other[4];
	int protective, others = find_others(sector, is_other, &protective);
	struct dos_entry entry;

	in->ret->protective = protective >= 0 && others == 0;
	if (protective < 0 && in->ret->iso) {
		inspector_say_isohybrid(in);
		return;
	}
	if (protective < 0) {
		say_missing(in, others);
		return;
	}
	if (others > 0)
		inspect_hybrid(in, sector, is_other, others);
	entry = dos_entry_read(sector, protective);
	if (others == 0 || entry.start != 1)
		say_size(in, &entry);
	if (entry.flag != 0 && others == 0)
		inspector_find(
			in, "gpt-protective-mbr", SEVERITY_WARNING, NULL,
			"The protective MBR entry has boot flag 0x%02x; UEFI requires 0.",
			entry.flag);
}

static bool check_flag(struct inspector *in, const struct dos_entry *entry,
		       unsigned number)
{
	char subject[SUBJECT_BYTES];

	if ((entry->flag & 0x7f) == 0)
		return true;
	inspector_find(in, "dos-boot-flag", SEVERITY_ERROR,
		       partition_subject(number, subject),
		       "Partition %u has boot flag 0x%02x, neither 0x00 nor 0x80.",
		       number, entry->flag);
	return false;
}

/* Whether [start, start + n) is a range of blocks inside [least, limit). */
static bool check_range(struct inspector *in, unsigned number, uint64_t start, uint64_t n,
			const uint64_t bounds[2])
{
	char subject[SUBJECT_BYTES];

	partition_subject(number, subject);
	if (n == 0) {
		inspector_find(in, "dos-range", SEVERITY_ERROR, subject,
			       "Partition %u has no blocks.", number);
		return false;
	}
	if (start >= bounds[0] && start + n <= bounds[1])
		return true;
	inspector_find(in, "dos-range", SEVERITY_ERROR, subject,
		       "Partition %u, blocks %" PRIu64 " to %" PRIu64
		       ", extends outside %s, blocks %" PRIu64 " to %" PRIu64 ".",
		       number, start, start + n - 1,
		       number >= DOS_FIRST_LOGICAL ? "the extended partition"
						   : "the disk",
		       bounds[0], bounds[1] - 1);
	return false;
}

static void add_primary(struct inspector *in, const struct dos_entry *entry,
			unsigned number)
{
	/* The first partition of an isohybrid image is the whole ISO 9660 volume. */
	const uint64_t bounds[2] = {in->ret->iso ? 0 : 1, in->n_sectors};
	struct partition *partition;

	if (!check_flag(in, entry, number) ||
	    !check_range(in, number, entry->start, entry->n, bounds))
		return;
	partition = vec_add(&in->ret->table.partitions);
	partition->number = number;
	partition->kind = is_extended_code(entry->code) ? KIND_EXTENDED : KIND_PRIMARY;
	partition->start_lba = entry->start;
	partition->end_lba = (uint64_t)entry->start + entry->n - 1;
	partition->type_code = entry->code;
	partition->active = entry->flag == 0x80;
	if (entry->start == 0)
		inspector_say_isohybrid(in);
}

/* The chain as far as it has been followed. */
struct chain {
	uint64_t bounds[2]; /* the extended partition */
	uint64_t seen[DOS_MAX_LOGICAL + 1];
	unsigned n;
	uint64_t at; /* the next EBR, 0 at the end */
};

static bool chain_may_go_on(struct inspector *in, const struct chain *chain)
{
	if (chain->at < chain->bounds[0] || chain->at >= chain->bounds[1]) {
		inspector_find(
			in, "dos-ebr", SEVERITY_ERROR, NULL,
			"The EBR chain leaves the extended partition: it links to block %" PRIu64
			", outside %" PRIu64 " to %" PRIu64 ".",
			chain->at, chain->bounds[0], chain->bounds[1] - 1);
		return false;
	}
	for (unsigned i = 0; i < chain->n; i++)
		if (chain->seen[i] == chain->at) {
			inspector_find(in, "dos-ebr", SEVERITY_ERROR, NULL,
				       "The EBR chain loops at LBA %" PRIu64 ".",
				       chain->at);
			return false;
		}
	if (chain->n > DOS_MAX_LOGICAL - 1) {
		inspector_find(in, "dos-ebr", SEVERITY_ERROR, NULL,
			       "The EBR chain is longer than %d partitions.",
			       DOS_MAX_LOGICAL);
		return false;
	}
	return true;
}

static bool all_zero(const uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (bytes[i])
			return false;
	return true;
}

/* Linux and libfdisk take an extended type for the link, wherever it is in the EBR. */
static bool check_code(struct inspector *in, const struct chain *chain,
		       const struct dos_entry *entry, unsigned number)
{
	char subject[SUBJECT_BYTES];

	if (!is_extended_code(entry->code))
		return true;
	inspector_find(
		in, "dos-ebr", SEVERITY_ERROR, partition_subject(number, subject),
		"Partition %u has the extended type 0x%02x, so other programs take "
		"it for the link in the EBR at LBA %" PRIu64 ".",
		number, entry->code, chain->at);
	return false;
}

static void add_logical(struct inspector *in, struct chain *chain,
			const struct dos_entry *entry, unsigned number)
{
	const uint64_t bounds[2] = {chain->at + 1, chain->bounds[1]};
	uint64_t start = chain->at + entry->start;
	struct partition *partition;

	if (!check_flag(in, entry, number) || !check_code(in, chain, entry, number) ||
	    !check_range(in, number, start, entry->n, bounds))
		return;
	partition = vec_add(&in->ret->table.partitions);
	partition->number = number;
	partition->kind = KIND_LOGICAL;
	partition->start_lba = start;
	partition->end_lba = start + entry->n - 1;
	partition->ebr_lba = chain->at;
	partition->type_code = entry->code;
	partition->active = entry->flag == 0x80;
}

/* The link and the entries that should be empty; sets chain->at. */
static void follow_link(struct inspector *in, struct chain *chain, const uint8_t *sector)
{
	struct dos_entry link = dos_entry_read(sector, 1);

	if (!all_zero(sector + DOS_ENTRIES_AT + 2 * DOS_ENTRY_BYTES,
		      2 * DOS_ENTRY_BYTES)) {
		inspector_find(in, "dos-ebr", SEVERITY_WARNING, NULL,
			       "The EBR at LBA %" PRIu64 " has a third or fourth entry.",
			       chain->at);
		in->ret->opaque = true;
	}
	chain->at = 0;
	if (is_empty(&link))
		return;
	if (is_extended_code(link.code))
		chain->at = chain->bounds[0] + link.start;
	else
		inspector_find(in, "dos-ebr", SEVERITY_ERROR, NULL,
			       "The link in the EBR at LBA %" PRIu64
			       " has type 0x%02x, not extended.",
			       chain->seen[chain->n - 1], link.code);
}

static int walk_step(struct inspector *in, struct chain *chain, unsigned *number,
		     struct error *error)
{
	uint8_t sector[4096];
	struct dos_entry entry;

	if (inspector_read(in, chain->at, 1, sector, error) < 0)
		return -1;
	if (chain->n == 0 && all_zero(sector + DOS_ENTRIES_AT, 512 - DOS_ENTRIES_AT)) {
		chain->at = 0; /* no logical partition yet, and no EBR written */
		return 0;
	}
	if (!has_mbr_signature(sector)) {
		inspector_find(in, "dos-ebr", SEVERITY_ERROR, NULL,
			       "There is no EBR at LBA %" PRIu64
			       ", to which the chain points.",
			       chain->at);
		chain->at = 0;
		return 0;
	}
	chain->seen[chain->n++] = chain->at;
	entry = dos_entry_read(sector, 0);
	if (!is_empty(&entry))
		add_logical(in, chain, &entry, (*number)++);
	else if (chain->n > 1)
		inspector_find(in, "dos-ebr", SEVERITY_WARNING, NULL,
			       "The EBR at LBA %" PRIu64 " describes no partition.",
			       chain->at);
	follow_link(in, chain, sector);
	return 0;
}

static int walk_chain(struct inspector *in, const struct partition *extended,
		      struct error *error)
{
	struct chain chain = {
		.bounds = {extended->start_lba, extended->end_lba + 1},
		.at = extended->start_lba,
	};
	unsigned number = DOS_FIRST_LOGICAL;

	while (chain.at != 0 && chain_may_go_on(in, &chain))
		if (walk_step(in, &chain, &number, error) < 0)
			return -1;
	return 0;
}

static void count_flags(struct inspector *in)
{
	unsigned active = 0;

	for (size_t i = 0; i < in->ret->table.partitions.n; i++)
		active += in->ret->table.partitions.v[i].active &&
			  in->ret->table.partitions.v[i].kind != KIND_LOGICAL;
	if (active > 1)
		inspector_find(in, "dos-active", SEVERITY_ERROR, NULL,
			       "%u partitions are marked active; at most one can be.",
			       active)
			->remedy =
			xstrdup("Use sfdisk --activate FILE NUMBER to keep one.");
}

/* Windows keeps the database of its dynamic disks in the last MiB. */
static void check_dynamic(struct inspector *in)
{
	for (size_t i = 0; i < in->ret->table.partitions.n; i++)
		if (in->ret->table.partitions.v[i].type_code == DOS_DYNAMIC) {
			in->ret->opaque = true;
			inspector_find(
				in, "dos-dynamic", SEVERITY_WARNING, NULL,
				"It is a dynamic disk of Windows (type 0x42): a database in its last MiB describes the volumes, and the MBR only protects them.")
				->remedy = xstrdup("Change it only with Windows.");
			return;
		}
}

static void check_limit(struct inspector *in)
{
	const struct partition_table *table = &in->ret->table;

	if (dos_unusable(table) > 0)
		inspector_find(in, "dos-limit", SEVERITY_WARNING, NULL,
			       "An MBR cannot use the last %" PRIu64 " of the %" PRIu64
			       " sectors of this disk.",
			       dos_unusable(table), table->n_sectors)
			->remedy =
			xstrdup("Use a GPT for a disk of more than 2^32 sectors.");
}

int dos_inspect(struct inspector *in, const uint8_t *sector, struct error *error)
{
	struct partition extended = {};
	unsigned n_extended = 0;

	in->ret->table.label = LABEL_DOS;
	in->ret->table.disk_signature = get_le32(sector + DOS_SIGNATURE_AT);
	in->ret->table.first_usable_lba = 1;
	in->ret->table.last_usable_lba = MIN(in->n_sectors - 1, (uint64_t)UINT32_MAX);
	in->ret->editable = true;
	for (int i = 0; i < 4; i++) {
		struct dos_entry entry = dos_entry_read(sector, i);

		if (!is_empty(&entry))
			add_primary(in, &entry, (unsigned)i + 1);
	}
	for (size_t i = 0; i < in->ret->table.partitions.n; i++)
		if (in->ret->table.partitions.v[i].kind == KIND_EXTENDED) {
			extended = in->ret->table.partitions.v[i];
			n_extended++;
		}
	if (n_extended > 1)
		inspector_find(in, "dos-ebr", SEVERITY_ERROR, NULL,
			       "It has %u extended partitions; at most one is allowed.",
			       n_extended);
	count_flags(in);
	check_dynamic(in);
	check_limit(in);
	return n_extended == 1 ? walk_chain(in, &extended, error) : 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* inspect-entries.c - the partition entry array of a GPT (UEFI 2.10, table 5-6). */
#include "partition/inspect-parts.h"

#include "partition/bytes.h"
#include "partition/crc32.h"

#include <inttypes.h>

/* Offsets in an entry. */
enum {
	AT_TYPE = 0,
	AT_UUID = 16,
	AT_START = 32,
	AT_END = 40,
	AT_ATTRIBUTES = 48,
	AT_NAME = 56
};

static void add_utf8(struct text *text, uint32_t c)
{
	if (c < 0x80) {
		text_addc(text, (char)c);
		return;
	}
	if (c < 0x800) {
		text_addc(text, (char)(0xc0 | c >> 6));
	} else if (c < 0x10000) {
		text_addc(text, (char)(0xe0 | c >> 12));
		text_addc(text, (char)(0x80 | (c >> 6 & 0x3f)));
	} else {
		text_addc(text, (char)(0xf0 | c >> 18));
		text_addc(text, (char)(0x80 | (c >> 12 & 0x3f)));
		text_addc(text, (char)(0x80 | (c >> 6 & 0x3f)));
	}
	text_addc(text, (char)(0x80 | (c & 0x3f)));
}

char *gpt_entry_name(const uint8_t *entry, bool *ret_good)
{
	const uint8_t *units = entry + AT_NAME;
	struct text text = {};

	*ret_good = true;
	for (int i = 0; i < GPT_NAME_UNITS && get_le16(units + 2 * i); i++) {
		uint32_t unit = get_le16(units + 2 * i), low = 0;

		if (i + 1 < GPT_NAME_UNITS)
			low = get_le16(units + 2 * (i + 1));
		if (unit >= 0xd800 && unit < 0xdc00 && low >= 0xdc00 && low < 0xe000) {
			add_utf8(&text, 0x10000 + ((unit & 0x3ff) << 10) + (low & 0x3ff));
			i++;
			continue;
		}
		*ret_good &= unit < 0xd800 || unit >= 0xe000;
		add_utf8(&text, unit);
	}
	return text.n > 0 ? text_take(&text) : NULL;
}

void gpt_name_mask(char *name)
{
	for (char *at = name; at && (at = strchr(at, '\xed')); at++)
		if ((unsigned char)at[1] >= 0xa0)
			memcpy(at, "\xef\xbf\xbd", 3);
}

struct partition gpt_entry_parse(const uint8_t *entry, unsigned number)
{
	return (struct partition){
		.number = number,
		.kind = KIND_PRIMARY,
		.type = guid_from_disk(entry + AT_TYPE),
		.uuid = guid_from_disk(entry + AT_UUID),
		.start_lba = get_le64(entry + AT_START),
		.end_lba = get_le64(entry + AT_END),
		.attributes = get_le64(entry + AT_ATTRIBUTES),
	};
}

/* There is something after the NUL of the name. */
static bool has_tail(const uint8_t *units)
{
	int i = 0;

	while (i < GPT_NAME_UNITS && get_le16(units + 2 * i))
		i++;
	for (; i < GPT_NAME_UNITS; i++)
		if (get_le16(units + 2 * i))
			return true;
	return false;
}

static bool check_range(struct inspector *in, const struct gpt_header *header,
			const struct partition *partition)
{
	char subject[SUBJECT_BYTES];
	uint64_t start = partition->start_lba, end = partition->end_lba;

	partition_subject(partition->number, subject);
	if (start > end || end == UINT64_MAX) {
		inspector_find(in, "gpt-range", SEVERITY_ERROR, subject,
			       "Partition %u begins at block %" PRIu64
			       " and ends at %" PRIu64 ", which is not a valid range.",
			       partition->number, start, end);
		return false;
	}
	/* xorriso makes one of the whole volume, including the table. */
	if (in->ret->iso && start < header->first_usable_lba &&
	    end <= header->last_usable_lba) {
		inspector_say_isohybrid(in);
		return true;
	}
	if (start < header->first_usable_lba || end > header->last_usable_lba) {
		inspector_find(in, "gpt-range", SEVERITY_ERROR, subject,
			       "Partition %u, blocks %" PRIu64 " to %" PRIu64
			       ", extends outside the usable blocks %" PRIu64
			       " to %" PRIu64 ".",
			       partition->number, start, end, header->first_usable_lba,
			       header->last_usable_lba);
		return false;
	}
	return true;
}

static void check_text(struct inspector *in, const struct partition *partition,
		       const uint8_t *entry, bool name_good)
{
	char subject[SUBJECT_BYTES];

	partition_subject(partition->number, subject);
	if (!name_good)
		inspector_find(in, "gpt-name", SEVERITY_WARNING, subject,
			       "The name of partition %u is not valid UTF-16.",
			       partition->number);
	if (has_tail(entry + AT_NAME)) {
		inspector_find(
			in, "gpt-name", SEVERITY_WARNING, subject,
			"The name of partition %u continues after its terminating NUL.",
			partition->number);
		in->ret->opaque = true;
	}
	if (partition->attributes & GPT_RESERVED_ATTRIBUTE)
		inspector_find(
			in, "gpt-attributes", SEVERITY_WARNING, subject,
			"Partition %u has reserved attribute bits set (0x%016" PRIx64
			").",
			partition->number, partition->attributes);
	if (guid_is_zero(partition->uuid))
		inspector_find(in, "gpt-uuid", SEVERITY_WARNING, subject,
			       "Partition %u has no UUID.", partition->number);
}

/*
 * The entries of the backup are only compared with the primary's, so that nothing is
 * reported twice.
 */
static void add_entry(struct inspector *in, enum gpt_copy copy, const uint8_t *entry,
		      const struct partition *fixed, const struct gpt_header *header,
		      struct partition_table *table)
{
	bool speak = copy == GPT_PRIMARY || !in->ret->gpt[GPT_PRIMARY].good, name_good;
	struct partition *partition;

	if (speak ? !check_range(in, header, fixed)
		  : fixed->start_lba > fixed->end_lba ||
			    (fixed->start_lba < header->first_usable_lba &&
			     !in->ret->iso) ||
			    fixed->end_lba > header->last_usable_lba)
		return;
	partition = vec_add(&table->partitions);
	*partition = *fixed;
	partition->name = gpt_entry_name(entry, &name_good);
	if (!name_good) {
		gpt_name_mask(partition->name);
		in->ret->opaque = true;
	}
	if (speak)
		check_text(in, partition, entry, name_good);
}

static void parse_entries(struct inspector *in, enum gpt_copy copy, const uint8_t *array,
			  const struct gpt_header *header, struct partition_table *table)
{
	for (uint32_t i = 0; i < header->n_entries; i++) {
		const uint8_t *entry = array + (size_t)i * header->entry_bytes;
		struct partition fixed = gpt_entry_parse(entry, i + 1);

		if (!guid_is_zero(fixed.type))
			add_entry(in, copy, entry, &fixed, header, table);
	}
}

int gpt_read_entries(struct inspector *in, enum gpt_copy copy,
		     const struct gpt_header *header, struct partition_table *ret,
		     bool *ret_good, struct error *error)
{
	size_t n = (size_t)header->n_entries * header->entry_bytes;
	size_t n_sectors = (n + in->sector_bytes - 1) / in->sector_bytes;
	_cleanup_free_ uint8_t *array = xcalloc(n_sectors, in->sector_bytes);
	const char *name = copy == GPT_PRIMARY ? "primary" : "backup";

	if (inspector_read(in, header->entries_lba, n_sectors, array, error) < 0)
		return -1;
	*ret_good = crc32_add(0, array, n) == header->entries_crc;
	if (!*ret_good) {
		inspector_find(in, "gpt-array-crc", SEVERITY_ERROR, name,
			       "The %s array of partition entries has a wrong checksum.",
			       name);
		return 0;
	}
	parse_entries(in, copy, array, header, ret);
	return 0;
}

/* Windows describes its volumes in a partition of this type (LDM metadata). */
void gpt_check_dynamic(struct inspector *in)
{
	struct guid type;

	if (!guid_parse("5808c8aa-7e8f-42e0-85d2-e1e90434cfb3", &type))
		return; /* not reached */
	for (size_t i = 0; i < in->ret->table.partitions.n; i++) {
		const struct partition *it = &in->ret->table.partitions.v[i];

		if (!guid_equal(it->type, type))
			continue;
		in->ret->opaque = true;
		inspector_find(
			in, "gpt-dynamic", SEVERITY_WARNING, NULL,
			"It is a dynamic disk of Windows: a database in partition %u describes the volumes.",
			it->number)
			->remedy = xstrdup("Change it only with Windows.");
		return;
	}
}

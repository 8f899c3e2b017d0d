/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "partition/dump.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#define USUAL_GRAIN_BYTES (UINT64_C(1) << 20)

void text_add_upper_guid(struct text *text, struct guid guid)
{
	char string[GUID_TEXT_BYTES];

	guid_format(guid, string);
	for (const char *at = string; *at; at++)
		text_addc(text, (char)toupper((unsigned char)*at));
}

void text_add_dump_attributes(struct text *text, uint64_t attributes)
{
	static const char *const names[] = {"RequiredPartition", "NoBlockIOProtocol",
					    "LegacyBIOSBootable"};
	const char *separator = "";
	bool numbers = false;

	for (unsigned bit = 0; bit < ARRAY_SIZE(names); bit++)
		if (attributes >> bit & 1) {
			text_printf(text, "%s%s", separator, names[bit]);
			separator = " ";
		}
	/* Bits 48 to 63, in one list; libfdisk shows no others. */
	for (unsigned bit = 48; bit < 64; bit++)
		if (attributes >> bit & 1) {
			text_adds(text, numbers ? "," : separator);
			text_printf(text, numbers ? "%u" : "GUID:%u", bit);
			numbers = true;
		}
}

void text_add_node(struct text *text, const char *device, unsigned number)
{
	size_t n = strlen(device);
	const char *middle = n > 0 && isdigit((unsigned char)device[n - 1]) ? "p" : "";

	/* Links that udev makes. */
	if (has_prefix(device, "/dev/disk/by-") || has_prefix(device, "/dev/mapper/"))
		middle = "-part";
	text_printf(text, "%s%s%u", device, middle, number);
}

void text_add_dump_type(struct text *text, enum table_label label,
			const struct partition *partition)
{
	if (label == LABEL_GPT)
		text_add_upper_guid(text, partition->type);
	else
		text_printf(text, "%x", partition->type_code);
}

void text_add_script_name(struct text *text, const char *string)
{
	text_addc(text, '"');
	for (const unsigned char *at = (const unsigned char *)string; *at; at++)
		if (*at == '"' || *at == '\\' || *at == '`' || *at == '$' || *at < 0x20 ||
		    *at > 0x7e)
			text_printf(text, "\\x%02x", *at);
		else
			text_addc(text, (char)*at);
	text_addc(text, '"');
}

uint64_t dump_grain_bytes(const struct partition_table *table, uint32_t physical_bytes)
{
	uint64_t grain = physical_bytes ? physical_bytes : table->sector_bytes;

	return table->n_sectors <= USUAL_GRAIN_BYTES * 4 / table->sector_bytes ? grain
									       : 0;
}

static void add_header(struct text *text, const struct partition_table *table,
		       const char *device, uint64_t grain)
{
	text_printf(text, "label: %s\nlabel-id: ", label_name(table->label));
	if (table->label == LABEL_GPT)
		text_add_upper_guid(text, table->disk_guid);
	else
		text_printf(text, "0x%08x", table->disk_signature);
	text_printf(text, "\ndevice: %s\nunit: sectors\n", device);
	if (table->label == LABEL_GPT)
		text_printf(text, "first-lba: %" PRIu64 "\nlast-lba: %" PRIu64 "\n",
			    table->first_usable_lba, table->last_usable_lba);
	if (table->label == LABEL_GPT && table->n_entries != GPT_MIN_ENTRIES)
		text_printf(text, "table-length: %" PRIu32 "\n", table->n_entries);
	if (grain)
		text_printf(text, "grain: %" PRIu64 "\n", grain);
	text_printf(text, "sector-size: %" PRIu32 "\n", table->sector_bytes);
}

static void add_fields(struct text *text, const struct partition_table *table,
		       const struct partition *partition)
{
	text_adds(text, ", type=");
	text_add_dump_type(text, table->label, partition);
	if (table->label == LABEL_DOS) {
		text_adds(text, partition->active ? ", bootable" : "");
		return;
	}
	text_adds(text, ", uuid=");
	text_add_upper_guid(text, partition->uuid);
	if (partition->name) {
		text_adds(text, ", name=");
		text_add_script_name(text, partition->name);
	}
	if (partition->attributes) {
		text_adds(text, ", attrs=\"");
		text_add_dump_attributes(text, partition->attributes);
		text_addc(text, '"');
	}
}

void text_add_dump(struct text *text, const struct partition_table *table,
		   const char *device, uint32_t physical_bytes)
{
	add_header(text, table, device, dump_grain_bytes(table, physical_bytes));
	if (table->partitions.n > 0)
		text_addc(text, '\n');
	for (size_t i = 0; i < table->partitions.n; i++) {
		const struct partition *partition = &table->partitions.v[i];

		text_add_node(text, device, partition->number);
		text_printf(text, " : start=%12" PRIu64 ", size=%12" PRIu64,
			    partition->start_lba, partition_sectors(partition));
		add_fields(text, table, partition);
		text_addc(text, '\n');
	}
}

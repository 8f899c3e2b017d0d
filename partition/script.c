/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "partition/script.h"

#include "partition/disk-request.h"
#include "partition/dump.h"

/* As sfdisk writes them: three names, then the numbers of the others. */
static void add_attributes(struct text *text, uint64_t attributes)
{
	static const char *const names[] = {"RequiredPartition", "NoBlockIOProtocol",
					    "LegacyBIOSBootable"};
	const char *separator = "";

	for (unsigned bit = 0; bit < 64; bit++) {
		if (!(attributes >> bit & 1))
			continue;
		if (bit < ARRAY_SIZE(names))
			text_printf(text, "%s%s", separator, names[bit]);
		else
			text_printf(text, "%sGUID:%u", separator, bit);
		separator = " ";
	}
}

static void add_gpt_fields(struct text *text, const struct partition *partition)
{
	text_adds(text, ", type=");
	text_add_guid(text, partition->type);
	if (!guid_is_zero(partition->uuid)) {
		text_adds(text, ", uuid=");
		text_add_guid(text, partition->uuid);
	}
	if (partition->name) {
		text_adds(text, ", name=");
		text_add_script_name(text, partition->name);
	}
	if (partition->attributes) {
		text_adds(text, ", attrs=\"");
		add_attributes(text, partition->attributes);
		text_addc(text, '"');
	}
}

static void add_header(struct text *text, const struct partition_table *table)
{
	text_printf(text, "label: %s\n", label_name(table->label));
	if (table->label == LABEL_GPT && !guid_is_zero(table->disk_guid)) {
		text_adds(text, "label-id: ");
		text_add_guid(text, table->disk_guid);
		text_addc(text, '\n');
	}
	if (table->label == LABEL_DOS &&
	    (table->disk_signature || table->keeps_signature))
		text_printf(text, "label-id: 0x%08x\n", table->disk_signature);
	text_adds(text, "unit: sectors\n");
	if (table->label == LABEL_GPT) {
		text_printf(text, "first-lba: %ju\nlast-lba: %ju\n",
			    (uintmax_t)table->first_usable_lba,
			    (uintmax_t)table->last_usable_lba);
		if (table->n_entries != GPT_MIN_ENTRIES)
			text_printf(text, "table-length: %u\n", table->n_entries);
	}
	text_printf(text, "sector-size: %u\n\n", table->sector_bytes);
}

void text_add_script(struct text *text, const struct partition_table *table)
{
	add_header(text, table);
	for (size_t i = 0; i < table->partitions.n; i++) {
		const struct partition *partition = &table->partitions.v[i];

		text_printf(text, "part%u : start=%ju, size=%ju", partition->number,
			    (uintmax_t)partition->start_lba,
			    (uintmax_t)partition_sectors(partition));
		if (table->label == LABEL_GPT)
			add_gpt_fields(text, partition);
		else
			text_printf(text, ", type=%x%s", partition->type_code,
				    partition->active ? ", bootable" : "");
		text_addc(text, '\n');
	}
}

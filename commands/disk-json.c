/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "commands/disk-json.h"

#include "partition/types.h"

void disk_json_guid(struct jsonw *json, const char *key, struct guid guid)
{
	char string[GUID_TEXT_BYTES];

	guid_format(guid, string);
	jsonw_string(json, key, guid_is_zero(guid) ? NULL : string);
}

void disk_json_id(struct jsonw *json, const struct partition_table *table)
{
	if (table->label == LABEL_GPT)
		disk_json_guid(json, "uuid", table->disk_guid);
	else if (table->disk_signature)
		jsonw_format(json, "uuid", "0x%08x", table->disk_signature);
	else
		jsonw_null(json, "uuid");
}

void disk_json_partition(struct jsonw *json, const struct partition_table *table,
			 const struct partition *partition)
{
	const uint64_t sector = table->sector_bytes;
	_cleanup_text_ struct text type = {};

	text_add_type(&type, table->label, partition);
	jsonw_u64(json, "number", partition->number);
	jsonw_string(json, "kind", kind_name(partition->kind));
	jsonw_u64(json, "start_lba", partition->start_lba);
	jsonw_u64(json, "end_lba", partition->end_lba);
	jsonw_u64(json, "start_bytes", partition->start_lba * sector);
	jsonw_u64(json, "size_bytes", partition_sectors(partition) * sector);
	jsonw_string(json, "type", type.s);
	if (table->label == LABEL_GPT) {
		disk_json_guid(json, "type_guid", partition->type);
		disk_json_guid(json, "uuid", partition->uuid);
		jsonw_string(json, "name", partition->name);
		jsonw_format(json, "attributes", "0x%016jx",
			     (uintmax_t)partition->attributes);
	} else {
		jsonw_format(json, "type_code", "0x%02x", partition->type_code);
		jsonw_string(json, "uuid", NULL);
		jsonw_string(json, "name", NULL);
		jsonw_bool(json, "active", partition->active);
	}
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * types.c - the table of types. The first row with a GUID or code gives its name; later
 * rows are aliases. Sources: the Discoverable Partitions Specification, UEFI 2.10 table
 * 5-7, and the list of sfdisk 2.38.
 */
#include "partition/types.h"

#include "base/option.h"

#include <strings.h>

#define ESP_GUID  "c12a7328-f81f-11d2-ba4b-00a0c93ec93b"
#define DATA_GUID "0fc63daf-8483-4772-8e79-3d69d8477de4"
#define SWAP_GUID "0657fd6d-a4ab-43c4-84e5-0933c84b4f4f"
#define BOOT_GUID "bc13c2ff-59e6-4262-a352-b275fd6f7172"
#define BIOS_GUID "21686148-6449-6e6f-744e-656564454649"
#define RAID_GUID "a19d880f-05fc-4d3b-a006-743f0f84911e"
#define LVM_GUID  "e6d6d379-f507-44c2-a23c-238f2a3df928"
#define MSDATA    "ebd0a0a2-b9e5-4433-87c0-68b6b72699c7"
#define MSRES     "e3c9e316-0b5c-4db8-817d-f92df00215ae"
#define PREP_GUID "9e1a2d38-c612-4316-aa26-8b49521e5a8b"
#define X86_64    "4f68bce3-e8cd-4db1-96e7-fbcaf984b709"
#define ARM64     "b921b045-1df0-41c3-af44-4c6f280d3fae"

static const struct {
	const char *name, *guid; /* "" if a GPT does not have it */
	uint8_t code;            /* 0 if an MBR does not have it */
} rows[] = {
	{"linux-generic", DATA_GUID, 0x83},
	{"linux", DATA_GUID, 0x83},
	{"esp", ESP_GUID, 0xef},
	{"efi", ESP_GUID, 0xef},
	{"uefi", ESP_GUID, 0xef},
	{"efi-system", ESP_GUID, 0xef},
	{"xbootldr", BOOT_GUID, 0xea},
	{"boot", BOOT_GUID, 0xea},
	{"swap", SWAP_GUID, 0x82},
	{"linux-swap", SWAP_GUID, 0x82},
	{"home", "933ac7e1-2eb4-4f13-b844-0e14e2aef915", 0},
	{"srv", "3b8f8425-20e0-4f3b-907f-1a25a76f98e8", 0},
	{"var", "4d21b016-b534-45c2-a9fb-5c16e091fd2d", 0},
	{"tmp", "7ec6f557-3bc5-4aca-b293-16ef5df639d1", 0},
	{"user-home", "773f91ef-66d4-49b5-bd83-d683bf40ad16", 0},
#include "partition/types-dps.h"
	{"root-amd64", X86_64, 0},
	{"root-x86_64", X86_64, 0},
	{"root-aarch64", ARM64, 0},
	{"bios-boot", BIOS_GUID, 0},
	{"bios", BIOS_GUID, 0},
	{"bios-grub", BIOS_GUID, 0},
	{"prep", PREP_GUID, 0x41},
	{"lvm", LVM_GUID, 0x8e},
	{"linux-lvm", LVM_GUID, 0x8e},
	{"raid", RAID_GUID, 0xfd},
	{"linux-raid", RAID_GUID, 0xfd},
	{"luks", "ca7d7ccb-63ed-4c53-861c-1742536059cc", 0xe8},
	{"linux-reserved", "8da63339-0007-60c0-c436-083ac8230908", 0},
	{"microsoft-basic-data", MSDATA, 0x07},
	{"basic-data", MSDATA, 0x07},
	{"ntfs", MSDATA, 0x07},
	{"exfat", MSDATA, 0x07},
	{"microsoft-reserved", MSRES, 0},
	{"msr", MSRES, 0},
	{"windows-recovery", "de94bba4-06d1-4d40-a16a-bfd50179d6ac", 0x27},
	{"freebsd-boot", "83bd6b9d-7f41-11dc-be0b-001560b84f0f", 0},
	{"freebsd-ufs", "516e7cb6-6ecf-11d6-8ff8-00022d09712b", 0},
	{"freebsd-zfs", "516e7cba-6ecf-11d6-8ff8-00022d09712b", 0},
	{"freebsd-swap", "516e7cb5-6ecf-11d6-8ff8-00022d09712b", 0},
	{"freebsd", "516e7cb4-6ecf-11d6-8ff8-00022d09712b", 0xa5},
	{"chromeos-kernel", "fe3a2a5d-4f32-41a7-b725-accc3285a309", 0},
	{"chromeos-root", "3cb8e202-3b7e-47dd-8a3c-7ff2a13cfcec", 0},
	{"apple-hfs", "48465300-0000-11aa-aa11-00306543ecac", 0xaf},
	{"apple-apfs", "7c3457ef-0000-11aa-aa11-00306543ecac", 0},
	{"extended", "", 0x05},
	{"extended-lba", "", 0x0f},
	{"linux-extended", "", 0x85},
	{"fat12", "", 0x01},
	{"fat16-small", "", 0x04},
	{"fat16-chs", "", 0x06},
	{"fat16", "", 0x0e},
	{"fat32-chs", "", 0x0b},
	{"fat32", "", 0x0c},
	{"openbsd", "", 0xa6},
	{"netbsd", "", 0xa9},
};

static bool has_label(size_t i, enum table_label label)
{
	return label == LABEL_GPT ? *rows[i].guid != '\0' : rows[i].code != 0;
}

/* One or two hexadecimal digits, with or without 0x; not 0, which means no partition. */
static bool parse_code(const char *string, uint8_t *ret)
{
	_cleanup_free_ char *prefixed = NULL;
	uint64_t code;

	if (has_prefix(string, "0x") || has_prefix(string, "0X"))
		string += 2;
	prefixed = xasprintf("0x%s", string);
	if (!parse_u64(prefixed, &code) || code == 0 || code > 0xff || strlen(string) > 2)
		return false;
	*ret = (uint8_t)code;
	return true;
}

bool type_parse(enum table_label label, const char *string, struct guid *ret_guid,
		uint8_t *ret_code)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (!has_label(i, label) || strcasecmp(string, rows[i].name) != 0)
			continue;
		if (label == LABEL_GPT)
			return guid_parse(rows[i].guid, ret_guid);
		*ret_code = rows[i].code;
		return true;
	}
	if (label == LABEL_GPT)
		return guid_parse(string, ret_guid) && !guid_is_zero(*ret_guid);
	return parse_code(string, ret_code);
}

const char *type_nearest(enum table_label label, const char *string)
{
	const char *names[ARRAY_SIZE(rows) + 1] = {};
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (has_label(i, label))
			names[n++] = rows[i].name;
	if (streq(string, "root"))
		return "root-x86-64";
	return nearest_name(string, names);
}

const char *type_name_of_guid(struct guid type)
{
	char string[GUID_TEXT_BYTES];

	guid_format(type, string);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (streq(rows[i].guid, string))
			return rows[i].name;
	return NULL;
}

const char *type_name_of_code(uint8_t code)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows) && code != 0; i++)
		if (rows[i].code == code)
			return rows[i].name;
	return NULL;
}

void text_add_type(struct text *text, enum table_label label,
		   const struct partition *partition)
{
	const char *name = label == LABEL_GPT ? type_name_of_guid(partition->type)
					      : type_name_of_code(partition->type_code);

	if (name)
		text_adds(text, name);
	else if (label == LABEL_GPT)
		text_add_guid(text, partition->type);
	else
		text_printf(text, "0x%02x", partition->type_code);
}

const char *type_at(size_t n, const char **ret_guid, uint8_t *ret_code)
{
	if (n >= ARRAY_SIZE(rows))
		return NULL;
	*ret_guid = rows[n].guid;
	*ret_code = rows[n].code;
	return rows[n].name;
}

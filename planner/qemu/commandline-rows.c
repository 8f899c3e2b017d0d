/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The devices and properties of a QEMU command line that are understood. Names and
 * ranges: `qemu-system-x86_64 -device NAME,help` of QEMU 7.2 and 11.1; arm-smmuv3 as a
 * device exists since QEMU 10.1, acpi-generic-initiator since 9.0.
 */
#include "planner/qemu/commandline-rows.h"

static const char *const speeds[] = {"2_5", "5", "8", "16", "32", "64", NULL};
static const char *const widths[] = {"1", "2", "4", "8", "12", "16", "32", NULL};
static const char *const on_off_auto[] = {"on", "off", "auto", NULL};
static const char *const granules[] = {"4k", "8k", "16k", "64k", "host", NULL};

#define PLACE                                                                            \
	{"id", ADDITION_NAME}, {"bus", ADDITION_NAME}, {"addr", ADDITION_PLACE},         \
	{                                                                                \
		"multifunction", ADDITION_SWITCH                                         \
	}
#define LINK                                                                             \
	{"x-speed", ADDITION_WORD, .words = speeds},                                     \
	{                                                                                \
		"x-width", ADDITION_WORD, .words = widths                                \
	}
#define SLOT                                                                             \
	{"chassis", ADDITION_NUMBER, UINT8_MAX}, {"slot", ADDITION_NUMBER, UINT16_MAX},  \
		{"port", ADDITION_NUMBER, UINT8_MAX},                                    \
	{                                                                                \
		"hotplug", ADDITION_SWITCH                                               \
	}
#define EXPANDER                                                                         \
	{"bus_nr", ADDITION_NUMBER, UINT8_MAX},                                          \
		{"numa_node", ADDITION_NUMBER, UINT16_MAX},                              \
	{                                                                                \
		"bypass_iommu", ADDITION_SWITCH                                          \
	}
#define END {NULL}

const struct property_row commandline_global[] = {LINK,
						  {"dma-remap", ADDITION_SWITCH},
						  END};
const struct property_row commandline_override[] = {
	LINK, {"io-reserve", ADDITION_NUMBER, UINT16_MAX}, END};
const struct property_row commandline_place[] = {PLACE, END};

static const struct property_row expander[] = {PLACE, EXPANDER, END};
static const struct property_row root_port[] = {
	PLACE,
	SLOT,
	LINK,
	{"bus-reserve", ADDITION_NUMBER, UINT8_MAX},
	{"io-reserve", ADDITION_NUMBER, UINT64_MAX},
	{"mem-reserve", ADDITION_NUMBER, UINT64_MAX},
	{"pref32-reserve", ADDITION_NUMBER, UINT64_MAX},
	{"pref64-reserve", ADDITION_NUMBER, UINT64_MAX},
	{"disable-acs", ADDITION_SWITCH},
	END};
static const struct property_row port[] = {PLACE,
					   SLOT,
					   {"disable-acs", ADDITION_SWITCH},
					   END};
static const struct property_row upstream[] = {PLACE,
					       {"port", ADDITION_NUMBER, UINT8_MAX},
					       END};
static const struct property_row bridge[] = {PLACE,
					     {"chassis_nr", ADDITION_NUMBER, UINT8_MAX},
					     {"shpc", ADDITION_SWITCH},
					     {"msi", ADDITION_WORD, .words = on_off_auto},
					     END};
static const struct property_row intel[] = {{"id", ADDITION_NAME},
					    {"intremap", ADDITION_WORD,
					     .words = on_off_auto},
					    {"eim", ADDITION_WORD, .words = on_off_auto},
					    {"caching-mode", ADDITION_SWITCH},
					    {"device-iotlb", ADDITION_SWITCH},
					    {"dma-drain", ADDITION_SWITCH},
					    {"dma-translation", ADDITION_SWITCH},
					    {"snoop-control", ADDITION_SWITCH},
					    {"x-scalable-mode", ADDITION_SWITCH},
					    {"scalable-mode", ADDITION_SWITCH},
					    {"fsts", ADDITION_SWITCH},
					    {"svm", ADDITION_SWITCH},
					    {"fs1gp", ADDITION_SWITCH},
					    {"stale-tm", ADDITION_SWITCH},
					    {"pasid-bits", ADDITION_NUMBER, UINT8_MAX},
					    {"pt", ADDITION_SWITCH},
					    {"aw-bits", ADDITION_NUMBER, UINT8_MAX},
					    END};
static const struct property_row amd[] = {{"id", ADDITION_NAME},
					  {"intremap", ADDITION_WORD,
					   .words = on_off_auto},
					  {"device-iotlb", ADDITION_SWITCH},
					  {"pt", ADDITION_SWITCH},
					  {"xtsup", ADDITION_SWITCH},
					  {"dma-remap", ADDITION_SWITCH},
					  END};
static const struct property_row virtio_iommu[] = {PLACE,
						   {"boot-bypass", ADDITION_SWITCH},
						   {"granule", ADDITION_WORD,
						    .words = granules},
						   {"aw-bits", ADDITION_NUMBER,
						    UINT8_MAX},
						   END};
static const struct property_row smmuv3[] = {{"id", ADDITION_NAME},
					     {"primary-bus", ADDITION_NAME},
					     {"ats", ADDITION_SWITCH},
					     {"ril", ADDITION_SWITCH},
					     {"oas", ADDITION_NUMBER, UINT8_MAX},
					     {"ssidsize", ADDITION_NUMBER, UINT8_MAX},
					     END};
static const struct property_row initiator[] = {{"id", ADDITION_NAME},
						{"pci-dev", ADDITION_NAME},
						{"node", ADDITION_NUMBER, UINT16_MAX},
						END};

const struct driver_row commandline_devices[] = {
	{"pxb-pcie", NULL, ADDITION_EXPANDER, NULL, expander},
	{"pxb", NULL, ADDITION_EXPANDER, NULL, expander},
	{"pcie-root-port", NULL, ADDITION_PORT, NULL, root_port},
	{"ioh3420", NULL, ADDITION_PORT, NULL, port},
	{"x3130-upstream", NULL, ADDITION_PORT, NULL, upstream},
	{"xio3130-downstream", NULL, ADDITION_PORT, NULL, port},
	{"pcie-pci-bridge", NULL, ADDITION_PORT, NULL, bridge},
	{"pci-bridge", NULL, ADDITION_PORT, NULL, bridge},
	{"i82801b11-bridge", NULL, ADDITION_PORT, NULL, bridge},
	{"intel-iommu", NULL, ADDITION_IOMMU, "intel", intel},
	{"amd-iommu", NULL, ADDITION_IOMMU, "amd", amd},
	{"virtio-iommu-pci", "virtio-iommu", ADDITION_IOMMU, "virtio", virtio_iommu},
	{"arm-smmuv3", NULL, ADDITION_IOMMU, "smmuv3", smmuv3},
	{NULL},
};

const struct driver_row commandline_objects[] = {
	{"acpi-generic-initiator", NULL, ADDITION_INITIATOR, NULL, initiator},
	{NULL},
};

const struct driver_row *commandline_driver(const struct driver_row *rows,
					    const char *name)
{
	for (; rows->driver; rows++)
		if (streq(rows->driver, name) || streq_null(rows->alias, name))
			return rows;
	return NULL;
}

const struct property_row *commandline_property(const struct property_row *rows,
						const char *name)
{
	for (; rows->name; rows++)
		if (streq(rows->name, name))
			return rows;
	return NULL;
}

/* QEMU's own rule (util/id.c, id_wellformed), with a limit on the length. */
static bool is_name(const char *text)
{
	size_t n = strspn(
		text,
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._");

	return n > 0 && n <= 64 && text[n] == '\0' &&
	       ((text[0] >= 'a' && text[0] <= 'z') || (text[0] >= 'A' && text[0] <= 'Z'));
}

/* Decimal or 0x; not octal as in QEMU (leading 0), which is hardly ever intended. */
static bool read_number(const char *text, uint64_t largest, uint64_t *ret)
{
	if (text[0] == '0' && text[1] >= '0' && text[1] <= '9')
		return false;
	return parse_u64(text, ret) && *ret <= largest;
}

static bool read_hex(const char *text, size_t n, uint64_t largest, uint64_t *ret)
{
	_cleanup_free_ char *digits = NULL;

	if (n > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
		text += 2;
		n -= 2;
	}
	if (n == 0 || n > 2 || strspn(text, "0123456789abcdefABCDEF") < n)
		return false;
	digits = xasprintf("0x%.*s", (int)n, text);
	return parse_u64(digits, ret) && *ret <= largest;
}

/* "1e.2" and "5" in hexadecimal (hw/core/qdev-properties-system.c, set_pci_devfn). */
static bool read_place(const char *text, bool json_number, uint64_t *ret)
{
	const char *dot = strchr(text, '.');
	uint64_t slot, function = 0;

	if (json_number)
		return read_number(text, PCI_SLOTS * PCI_FUNCTIONS - 1, ret);
	if (!read_hex(text, dot ? (size_t)(dot - text) : strlen(text), PCI_SLOTS - 1,
		      &slot) ||
	    (dot && !read_hex(dot + 1, strlen(dot + 1), PCI_FUNCTIONS - 1, &function)))
		return false;
	*ret = slot * PCI_FUNCTIONS + function;
	return true;
}

static bool read_switch(const char *text, uint64_t *ret)
{
	static const char *const words[] = {"off",   "on",   "no", "yes",
					    "false", "true", "n",  "y"};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (streq(words[i], text)) {
			*ret = i % 2;
			return true;
		}
	return false;
}

static bool is_word(const char *const *words, const char *text)
{
	while (*words && !streq(*words, text))
		words++;
	return *words != NULL;
}

bool commandline_value(const struct property_row *row, const char *text, bool json_number,
		       struct addition_value *ret)
{
	bool good = false;

	*ret = (struct addition_value){.name = row->name, .kind = row->kind};
	switch (row->kind) {
	case ADDITION_NAME:
		good = is_name(text);
		break;
	case ADDITION_NUMBER:
		good = read_number(text, row->largest, &ret->number);
		break;
	case ADDITION_SWITCH:
		good = read_switch(text, &ret->number);
		break;
	case ADDITION_WORD:
		good = is_word(row->words, text);
		break;
	case ADDITION_PLACE:
		good = read_place(text, json_number, &ret->number);
		break;
	}
	if (good && (row->kind == ADDITION_NAME || row->kind == ADDITION_WORD))
		ret->text = xstrdup(text);
	return good;
}

/* Sizes (io-reserve) may have a suffix; their ranges here are not those of their types.
 */
bool commandline_refuses(const struct property_row *row, const char *text)
{
	uint64_t number;

	if (row->kind == ADDITION_SWITCH || row->kind == ADDITION_WORD)
		return true;
	if (row->kind != ADDITION_NUMBER || has_suffix(row->name, "-reserve"))
		return false;
	return parse_u64(text, &number) ? number > row->largest
					: !(text[0] >= '0' && text[0] <= '9');
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * acpi-roots.c - PCI host bridges in AML, without an interpreter: a device whose _HID or
 * _CID is that of a host bridge, and those of its names that are constants (_SEG, _BBN,
 * _PXM). QEMU writes them in this form (hw/i386/acpi-build.c, hw/pci-host/gpex-acpi.c).
 * Methods, fields and inner devices are skipped, since they contain their length.
 * Anything else ends the walk: the names after it are then unknown. Source: ACPI 6.5,
 * 20.2.
 */
#include "topology/acpi-parts.h"

enum {
	AML_ZERO = 0x00,
	AML_ONE = 0x01,
	AML_NAME = 0x08,
	AML_BYTE = 0x0a,
	AML_WORD = 0x0b,
	AML_DWORD = 0x0c,
	AML_STRING = 0x0d,
	AML_QWORD = 0x0e,
	AML_SCOPE = 0x10,
	AML_BUFFER = 0x11,
	AML_PACKAGE = 0x12,
	AML_VARIABLE_PACKAGE = 0x13,
	AML_METHOD = 0x14,
	AML_DUAL = 0x2e,
	AML_MULTI = 0x2f,
	AML_EXTENDED = 0x5b,
	AML_ROOT = '\\',
	AML_PARENT = '^',
	AML_IF = 0xa0,
	AML_ELSE = 0xa1,
	AML_ONES = 0xff,
	/* after AML_EXTENDED */
	AML_MUTEX = 0x01,
	AML_REGION = 0x80,
	AML_FIELD = 0x81,
	AML_DEVICE = 0x82,

	SEGMENT_BYTES = 4,
	EISA_PNP0A03 = 0x030ad041,
	EISA_PNP0A08 = 0x080ad041,
};

/*
 * Bytes that look like a device are tried wherever they are, and a table can be made in
 * which each holds all that follow: so many steps a byte are enough for any other.
 */
enum { STEPS_A_BYTE = 4 };

struct aml {
	const uint8_t *bytes;
	size_t at, end;
};

static bool has(const struct aml *aml, size_t n)
{
	return aml->end - aml->at >= n;
}

/* The end of a package, whose length comes next and includes its own bytes; 0:
 * damaged. */
static size_t take_package(struct aml *aml)
{
	size_t start = aml->at, more, n;

	if (!has(aml, 1))
		return 0;
	more = aml->bytes[aml->at] >> 6;
	if (!has(aml, 1 + more))
		return 0;
	n = aml->bytes[aml->at++] & (more ? 15 : 63);
	for (size_t i = 0; i < more; i++)
		n |= (size_t)aml->bytes[aml->at++] << (4 + 8 * i);
	return n > more && n <= aml->end - start ? start + n : 0;
}

/* Reads a name; its last four characters into @ret. */
static bool take_name(struct aml *aml, char ret[5])
{
	size_t segments = 1;

	while (has(aml, 1) &&
	       (aml->bytes[aml->at] == AML_ROOT || aml->bytes[aml->at] == AML_PARENT))
		aml->at++;
	if (has(aml, 1) && aml->bytes[aml->at] == AML_DUAL) {
		segments = 2;
		aml->at++;
	} else if (has(aml, 2) && aml->bytes[aml->at] == AML_MULTI) {
		segments = aml->bytes[aml->at + 1];
		aml->at += 2;
	}
	if (segments == 0 || !has(aml, segments * SEGMENT_BYTES))
		return false;
	aml->at += segments * SEGMENT_BYTES;
	for (size_t i = 0; i < SEGMENT_BYTES; i++) {
		uint8_t c = aml->bytes[aml->at - SEGMENT_BYTES + i];

		if (!(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && c != '_')
			return false;
		ret[i] = (char)c;
	}
	ret[SEGMENT_BYTES] = '\0';
	return true;
}

/* Reads a constant; false, without moving, for anything else. */
static bool take_integer(struct aml *aml, uint64_t *ret)
{
	static const uint8_t bytes[] = {
		[AML_BYTE] = 1, [AML_WORD] = 2, [AML_DWORD] = 4, [AML_QWORD] = 8};
	uint8_t op = has(aml, 1) ? aml->bytes[aml->at] : AML_EXTENDED;
	size_t n = op < sizeof(bytes) ? bytes[op] : 0;

	*ret = op == AML_ONES ? UINT64_MAX : op == AML_ONE;
	if (op != AML_ZERO && op != AML_ONE && op != AML_ONES && n == 0)
		return false;
	if (!has(aml, 1 + n))
		return false;
	for (size_t i = 0; i < n; i++)
		*ret = (i ? *ret : 0) | (uint64_t)aml->bytes[aml->at + 1 + i] << 8 * i;
	aml->at += 1 + n;
	return true;
}

/* Skips a package. */
static bool skip_package(struct aml *aml)
{
	size_t end = take_package(aml);

	if (end == 0)
		return false;
	aml->at = end;
	return true;
}

/* A string's first character; NULL: it has no end. */
static const char *take_string(struct aml *aml)
{
	const uint8_t *start = aml->bytes + aml->at;
	const uint8_t *end = memchr(start, '\0', aml->end - aml->at);

	if (!end)
		return NULL;
	aml->at = (size_t)(end - aml->bytes) + 1;
	return (const char *)start;
}

/* Skips the value of a name that is not a constant number. */
static bool skip_object(struct aml *aml)
{
	if (!has(aml, 1))
		return false;
	switch (aml->bytes[aml->at++]) {
	case AML_STRING:
		return take_string(aml) != NULL;
	case AML_BUFFER:
	case AML_PACKAGE:
	case AML_VARIABLE_PACKAGE:
		return skip_package(aml);
	default:
		return false;
	}
}

struct device {
	struct acpi_root root;
	bool bridge;
};

static bool is_id(const char *name)
{
	return streq(name, "_HID") || streq(name, "_CID");
}

static void note(struct device *device, const char *name, uint64_t value)
{
	if (is_id(name) && (value == EISA_PNP0A03 || value == EISA_PNP0A08))
		device->bridge = true;
	else if (streq(name, "_SEG") && value <= UINT16_MAX)
		device->root.segment = (uint32_t)value;
	else if (streq(name, "_BBN") && value <= UINT8_MAX)
		device->root.bus = (uint32_t)value;
	else if (streq(name, "_PXM") && value <= INT32_MAX)
		device->root.domain = (int64_t)value;
}

/* On Arm the id of a host bridge is a string. */
static bool step_id(struct aml *aml, struct device *device)
{
	const char *id;

	aml->at++;
	id = take_string(aml);
	if (id && (streq(id, "PNP0A03") || streq(id, "PNP0A08")))
		device->bridge = true;
	return id != NULL;
}

static bool step_name(struct aml *aml, struct device *device)
{
	char name[5];
	uint64_t value;

	if (!take_name(aml, name))
		return false;
	if (is_id(name) && has(aml, 1) && aml->bytes[aml->at] == AML_STRING)
		return step_id(aml, device);
	if (!take_integer(aml, &value))
		return skip_object(aml);
	note(device, name, value);
	return true;
}

static bool skip_region(struct aml *aml)
{
	char name[5];
	uint64_t value;

	if (!take_name(aml, name) || !has(aml, 1))
		return false;
	aml->at++;
	return take_integer(aml, &value) && take_integer(aml, &value);
}

static bool step_extended(struct aml *aml)
{
	char name[5];

	if (!has(aml, 1))
		return false;
	switch (aml->bytes[aml->at++]) {
	case AML_MUTEX:
		if (!take_name(aml, name) || !has(aml, 1))
			return false;
		aml->at++;
		return true;
	case AML_REGION:
		return skip_region(aml);
	case AML_FIELD:
	case AML_DEVICE:
		return skip_package(aml);
	default:
		return false;
	}
}

/* One object of a device's body; false if it is not understood. */
static bool step(struct aml *aml, struct device *device)
{
	switch (aml->bytes[aml->at++]) {
	case AML_NAME:
		return step_name(aml, device);
	case AML_SCOPE:
	case AML_METHOD:
	case AML_IF:
	case AML_ELSE:
		return skip_package(aml);
	case AML_EXTENDED:
		return step_extended(aml);
	default:
		return false;
	}
}

/* A device whose package begins at @aml; true if it is a host bridge. */
static bool read_device(struct aml aml, struct device *device, size_t *steps)
{
	*device = (struct device){.root = {.domain = -1, .whole = true}};
	aml.end = take_package(&aml);
	if (aml.end == 0 || aml.at > aml.end || !take_name(&aml, device->root.name))
		return false;
	while (device->root.whole && aml.at < aml.end) {
		device->root.whole = step(&aml, device);
		++*steps;
	}
	return device->bridge;
}

void acpi_read_roots(const struct acpi_table *table, struct acpi_facts *facts)
{
	size_t steps = 0;

	for (size_t at = ACPI_HEADER_BYTES; at + 2 < table->n; at++) {
		struct aml aml = {table->bytes, at + 2, table->n};
		struct device device;

		if (steps > STEPS_A_BYTE * table->n) {
			acpi_complain(facts, table,
				      "nested devices from byte %zu on are ignored", at);
			return;
		}
		if (table->bytes[at] != AML_EXTENDED ||
		    table->bytes[at + 1] != AML_DEVICE ||
		    !read_device(aml, &device, &steps))
			continue;
		*vec_add(&facts->roots) = device.root;
		if (!device.root.whole)
			acpi_complain(facts, table,
				      "host bridge %s has parts that cannot be read",
				      device.root.name);
	}
}

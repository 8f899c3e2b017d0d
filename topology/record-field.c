/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * record-field.c - from the text of an attribute to a field; the opposite direction is in
 * machine-fields.c. Only what the writer writes is accepted.
 */
#include "topology/record-field.h"

#include <limits.h>

/* Digits without a sign, in lower case. */
static bool take_digits(const char *string, bool hex, uint64_t limit, uint64_t *ret)
{
	const char *digits = hex ? "0123456789abcdef" : "0123456789";
	uint64_t value = 0, base = hex ? 16 : 10;

	if (!*string)
		return false;
	for (; *string; string++) {
		const char *digit = strchr(digits, *string);
		uint64_t worth = digit ? (uint64_t)(digit - digits) : base;

		if (worth >= base || __builtin_mul_overflow(value, base, &value) ||
		    __builtin_add_overflow(value, worth, &value) || value > limit)
			return false;
	}
	*ret = value;
	return true;
}

/* The value of "unknown" or "none"; false if neither is allowed. */
static bool take_word(const struct field *field, const char *string, uint64_t *ret)
{
	bool unknown = streq(string, "unknown"), none = streq(string, "none");

	if (field->required || (!unknown && !none))
		return false;
	switch (field->type) {
	case FIELD_NUMBER:
	case FIELD_NODE:
	case FIELD_CPU:
		*ret = (uint64_t)UNKNOWN_ID;
		return unknown && !field->optional;
	case FIELD_GROUP:
		*ret = (uint64_t)(none ? GROUP_NONE : GROUP_UNKNOWN);
		return true;
	case FIELD_U64:
		*ret = UNKNOWN_U64;
		return unknown;
	case FIELD_U32:
		*ret = 0;
		return unknown;
	default:
		return false;
	}
}

static bool take_number(const struct field *field, const char *string, uint64_t *ret)
{
	if (take_word(field, string, ret))
		return true;
	switch (field->type) {
	case FIELD_NUMBER:
		return take_digits(string, false, INT_MAX, ret);
	case FIELD_NODE:
		return take_digits(string, false, NODE_LIMIT - 1, ret);
	case FIELD_CPU:
		return take_digits(string, false, SET_LIMIT - 1, ret);
	case FIELD_GROUP:
		return take_digits(string, false, INT_MAX, ret);
	case FIELD_U64:
		return take_digits(string, false, UNKNOWN_U64 - 1, ret);
	case FIELD_U32:
		return take_digits(string, false, UINT32_MAX, ret) && *ret > 0;
	case FIELD_DOMAIN:
		return strlen(string) >= 4 && take_digits(string, true, UINT32_MAX, ret);
	case FIELD_BUS:
		return strlen(string) == 2 && take_digits(string, true, UINT8_MAX, ret);
	case FIELD_START:
		return has_prefix(string, "0x") &&
		       take_digits(string + 2, true, UINT64_MAX, ret);
	case FIELD_HEX32:
		return has_prefix(string, "0x") && strlen(string) == 8 &&
		       take_digits(string + 2, true, 0xffffff, ret);
	case FIELD_HEX16:
		return has_prefix(string, "0x") && strlen(string) == 6 &&
		       take_digits(string + 2, true, UINT16_MAX, ret);
	default:
		return false;
	}
}

static bool take_name(const struct field *field, const char *string, uint64_t *ret)
{
	for (const struct field_name *row = field->names; row->name; row++)
		if (streq(row->name, string)) {
			*ret = (uint64_t)row->value;
			return true;
		}
	return false;
}

/* Words separated by one space, none twice. */
static bool take_flags(const struct field *field, const char *string, uint64_t *ret)
{
	uint64_t flags = 0, flag;

	while (*string) {
		size_t n = strcspn(string, " ");
		_cleanup_free_ char *word = xstrndup(string, n);

		if (!take_name(field, word, &flag) || flags & flag)
			return false;
		flags |= flag;
		string += n;
		if (*string == ' ' && !*++string)
			return false;
	}
	*ret = flags;
	return true;
}

static bool take_yes_no(const char *string, bool unknown, uint64_t *ret)
{
	*ret = streq(string, "yes");
	if (unknown && streq(string, "unknown"))
		*ret = (uint64_t)KNOWN_UNKNOWN;
	return *ret || streq(string, "no");
}

static bool take_set(const struct field *field, const char *string, void *at)
{
	struct set set;

	if ((!*string && field->optional) || !set_parse(string, false, &set))
		return false;
	memcpy(at, &set, sizeof(set));
	return true;
}

void field_forget(const struct field *field, void *base)
{
	int none = UNKNOWN_ID;

	if (field->type == FIELD_NODE || field->type == FIELD_FUNCTION ||
	    field->type == FIELD_ROOT)
		memcpy((char *)base + field->offset, &none, sizeof(none));
}

bool field_take(const struct field *field, const char *string, void *base)
{
	char *at = (char *)base + field->offset;
	struct pci_address address;
	uint64_t value = 0;
	bool ok;

	switch (field->type) {
	case FIELD_STRING:
		*(char **)(void *)at = xstrdup(string);
		return true;
	case FIELD_SET:
		return take_set(field, string, at);
	case FIELD_ADDRESS:
		ok = pci_address_parse(string, &address);
		if (ok)
			memcpy(at, &address, sizeof(address));
		return ok;
	case FIELD_FUNCTION:
	case FIELD_ROOT:
		return true; /* by record-read.c, when all of them have been read */
	case FIELD_NAME:
		ok = take_name(field, string, &value);
		break;
	case FIELD_FLAGS:
		ok = take_flags(field, string, &value);
		break;
	case FIELD_KNOWN:
		ok = take_yes_no(string, true, &value);
		break;
	case FIELD_BOOL:
		ok = take_yes_no(string, false, &value);
		break;
	default:
		ok = take_number(field, string, &value);
	}
	if (ok)
		memcpy(at, &value, field->size_bytes);
	return ok;
}

const char *field_wants(const struct field *field)
{
	static const char *const wants[] = {
		[FIELD_NUMBER] = "a number from 0 to 2147483647, or unknown",
		[FIELD_NODE] = "a node number from 0 to 65535",
		[FIELD_CPU] = "a CPU number from 0 to 65535",
		[FIELD_GROUP] = "a number, none or unknown",
		[FIELD_U64] = "a decimal number or unknown",
		[FIELD_START] = "a hexadecimal number with 0x",
		[FIELD_U32] = "a number from 1 to 4294967295, or unknown",
		[FIELD_DOMAIN] = "four to eight hexadecimal digits",
		[FIELD_HEX32] = "0x and six hexadecimal digits",
		[FIELD_HEX16] = "0x and four hexadecimal digits",
		[FIELD_BUS] = "two hexadecimal digits",
		[FIELD_FLAGS] = "a list of known words",
		[FIELD_BOOL] = "yes or no",
		[FIELD_KNOWN] = "yes, no or unknown",
		[FIELD_NAME] = "one of the known words",
		[FIELD_STRING] = "any text",
		[FIELD_SET] = "a list such as 0-3,8",
		[FIELD_ADDRESS] = "an address such as 0000:0a:00.0",
		[FIELD_FUNCTION] = "none or the address of a function in this record",
		[FIELD_ROOT] =
			"none or domain and first bus, such as 0000:80, of a root in this record",
	};

	return wants[field->type];
}

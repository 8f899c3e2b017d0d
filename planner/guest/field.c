/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/guest/field.h"

#include "base/size.h"

#include <ctype.h>
#include <errno.h>

#define LIBVIRT_SET_LIMIT 16384 /* VIR_DOMAIN_CPUMASK_LEN */

/* A value as written, and where it is. */
struct raw {
	struct guest *guest;
	int element;
	const char *attribute; /* NULL: the content */
	const char *text;
};

/* The text directly in an element, with all its white space. The caller frees it. */
static char *content_of(const struct document *document, int element)
{
	const xmlNode *node = document->elements.v[element].node->children;
	_cleanup_text_ struct text all = {};

	for (; node; node = node->next)
		if (node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE)
			text_adds(&all, (const char *)node->content);
	return text_take(&all);
}

void guest_complain(struct guest *guest, int element, const char *attribute,
		    const char *expected)
{
	struct guest_complaint *complaint = vec_add(&guest->complaints);
	const char *value =
		attribute ? document_attribute(guest->document, element, attribute)
			  : NULL;

	complaint->element = element;
	complaint->attribute = xstrdup(attribute);
	complaint->expected = xstrdup(expected);
	complaint->text = attribute ? xstrdup(value ? value : "")
				    : content_of(guest->document, element);
}

static void complain(const struct raw *raw, const char *expected)
{
	guest_complain(raw->guest, raw->element, raw->attribute, expected);
}

/* A decimal number of up to nine digits without a leading zero: most numbers. */
static bool take_plain_number(const char *text, uint64_t *ret)
{
	uint64_t value = 0;
	size_t n = 0;

	if (*text == '0' && text[1])
		return false;
	for (; n < 9 && text[n] >= '0' && text[n] <= '9'; n++)
		value = value * 10 + (uint64_t)(text[n] - '0');
	if (n == 0 || text[n])
		return false;
	*ret = value;
	return true;
}

/* The same of 0x and up to eight digits. */
static bool take_plain_hex(const char *text, uint64_t *ret)
{
	uint64_t value = 0;
	size_t n = 2;

	if (text[0] != '0' || text[1] != 'x')
		return false;
	for (; n < 10 && isxdigit((unsigned char)text[n]); n++)
		value = value << 4 |
			(uint64_t)(text[n] <= '9' ? text[n] - '0'
						  : (text[n] | 0x20) - 'a' + 10);
	if (n == 2 || text[n])
		return false;
	*ret = value;
	return true;
}

static bool take_number(const char *text, int base, uint64_t limit, uint64_t *ret)
{
	unsigned long long value;
	uint64_t plain;
	char *end;

	if ((base != 16 && take_plain_number(text, &plain)) ||
	    (base != 10 && take_plain_hex(text, &plain))) {
		if (plain <= limit)
			*ret = plain;
		return plain <= limit;
	}
	text += strspn(text, " \t\r\n");
	if (!isdigit((unsigned char)text[*text == '+']))
		return false;
	errno = 0;
	value = strtoull(text, &end, base);
	if (errno || *end || value > limit)
		return false;
	*ret = value;
	return true;
}

static void read_number(const struct raw *raw, int base, uint64_t limit, void *member)
{
	struct guest_number *number = member;

	number->state = VALUE_VALID;
	if (take_number(raw->text, base, limit, &number->value))
		return;
	number->state = VALUE_MALFORMED;
	complain(raw, base == 10 ? "a decimal number in the permitted range"
				 : "a number such as 16 or 0x10");
}

static void read_decimal(const struct raw *raw, void *member)
{
	read_number(raw, 10, UINT32_MAX, member);
}

static void read_maybe(const struct raw *raw, void *member)
{
	if (*raw->text)
		read_decimal(raw, member);
}

static void read_positive(const struct raw *raw, void *member)
{
	struct guest_number *number = member;

	read_decimal(raw, member);
	if (number->state != VALUE_VALID || number->value > 0)
		return;
	number->state = VALUE_MALFORMED;
	complain(raw, "a decimal number of at least 1");
}

static void read_any_number(const struct raw *raw, void *member)
{
	read_number(raw, 0, UINT32_MAX, member);
}

static void read_long(const struct raw *raw, void *member)
{
	read_number(raw, 10, UINT64_MAX, member);
}

static void read_wide(const struct raw *raw, void *member)
{
	read_number(raw, 16, UINT64_MAX, member);
}

/* libvirt keeps memory in KiB and rounds up to it (virDomainParseMemory). */
static void read_size(const struct raw *raw, const char *default_unit, void *member)
{
	struct guest_number *number = member;
	const char *unit = document_attribute(raw->guest->document, raw->element, "unit");
	uint64_t value, bytes;

	if (!unit || !*unit)
		unit = default_unit;
	number->state = VALUE_MALFORMED;
	if (!take_number(raw->text, 10, UINT64_MAX, &value)) {
		complain(raw, "a decimal number, with its unit in the unit attribute");
		return;
	}
	if (!size_with_unit(0, unit, &bytes)) {
		guest_complain(raw->guest, raw->element, "unit",
			       "a unit such as KiB, MiB or GiB");
		return;
	}
	if (!size_with_unit(value, unit, &bytes) || bytes > INT64_MAX - 1023) {
		complain(raw, "a size below 8 EiB");
		return;
	}
	number->state = VALUE_VALID;
	number->value = (bytes + 1023) / 1024 * 1024;
}

static void read_memory(const struct raw *raw, void *member)
{
	read_size(raw, NULL, member);
}

static void read_bytes(const struct raw *raw, void *member)
{
	read_size(raw, "bytes", member);
}

static void read_switch(const struct raw *raw, const char *on, const char *off,
			void *member)
{
	struct guest_switch *value = member;
	_cleanup_free_ char *expected = NULL;

	value->state = VALUE_VALID;
	value->on = streq(raw->text, on);
	if (value->on || streq(raw->text, off))
		return;
	value->state = VALUE_MALFORMED;
	expected = xasprintf("%s or %s", on, off);
	complain(raw, expected);
}

static void read_on_off(const struct raw *raw, void *member)
{
	read_switch(raw, "on", "off", member);
}

static void read_yes_no(const struct raw *raw, void *member)
{
	read_switch(raw, "yes", "no", member);
}

/* Drops the white space around numbers and the final comma, which libvirt accepts. */
static char *plain_list(const char *text)
{
	_cleanup_text_ struct text plain = {};
	bool gap = false;

	for (; *text; text++) {
		if (strchr(" \t\r\n", *text)) {
			gap = true;
			continue;
		}
		if (gap && plain.n > 0 && isdigit((unsigned char)*text) &&
		    isdigit((unsigned char)plain.s[plain.n - 1]))
			text_addc(&plain, ' ');
		gap = false;
		text_addc(&plain, *text);
	}
	if (plain.n > 1 && plain.s[plain.n - 1] == ',')
		plain.s[--plain.n] = '\0';
	return text_take(&plain);
}

/* virBitmapParse: an empty set is not valid. */
static void read_set(const struct raw *raw, void *member)
{
	struct guest_set *set = member;
	_cleanup_free_ char *list = plain_list(raw->text);

	set->state = VALUE_VALID;
	if (set_parse(list, true, &set->set) && !set_empty(&set->set) &&
	    set_next(&set->set, LIBVIRT_SET_LIMIT) < 0)
		return;
	set_free(&set->set);
	set->set = (struct set){};
	set->state = VALUE_MALFORMED;
	complain(raw, "a list such as 0-3,8 of numbers below 16384");
}

static void read_string(const struct raw *raw, void *member)
{
	char **string = member;

	*string = raw->attribute ? xstrdup(raw->text)
				 : document_content(raw->guest->document, raw->element);
}

static void (*const readers[])(const struct raw *raw, void *member) = {
	[GUEST_FIELD_STRING] = read_string,     [GUEST_FIELD_DECIMAL] = read_decimal,
	[GUEST_FIELD_POSITIVE] = read_positive, [GUEST_FIELD_MAYBE] = read_maybe,
	[GUEST_FIELD_NUMBER] = read_any_number, [GUEST_FIELD_LONG] = read_long,
	[GUEST_FIELD_WIDE] = read_wide,         [GUEST_FIELD_MEMORY] = read_memory,
	[GUEST_FIELD_BYTES] = read_bytes,       [GUEST_FIELD_ON_OFF] = read_on_off,
	[GUEST_FIELD_YES_NO] = read_yes_no,     [GUEST_FIELD_SET] = read_set,
};

/* The element that the previous rows led to: rows with the same path are adjacent. */
struct found {
	const char *path;
	size_t n;
	int element;
	uint64_t attributes; /* attribute_letters() of it */
	uint64_t letters;    /* child_letters() of the element at hand */
};

/*
 * Most elements have few of the children and attributes that a table asks for. Each first
 * letter of a name is a bit, so that the rest need not be looked for.
 */
static uint64_t letter_bit(unsigned char letter)
{
	return UINT64_C(1) << (letter % 64);
}

static uint64_t child_letters(const struct document *document, int element)
{
	const xmlNode *node = document->elements.v[element].node->children;
	uint64_t letters = 0;

	for (; node; node = node->next)
		if (node->type == XML_ELEMENT_NODE)
			letters |= letter_bit(node->name[0]);
	return letters;
}

static uint64_t attribute_letters(const struct document *document, int element)
{
	const xmlNode *node = element < 0 ? NULL : document->elements.v[element].node;
	uint64_t letters = 0;

	if (!node)
		return 0;
	for (const struct tree_attribute *it = tree_attributes(node);
	     it < tree_attributes_end(node); it++)
		letters |= letter_bit((unsigned char)*it->name);
	return letters;
}

static void find(const struct document *document, int element, const char *path,
		 struct found *found)
{
	size_t n = *path == '@' ? 0 : (size_t)(strchrnul(path, '@') - path);

	if (found->path && found->n == n && (n == 0 || memcmp(found->path, path, n) == 0))
		return;
	found->path = path;
	found->n = n;
	found->element =
		n == 0 ? element : document_find_step(document, element, path, n);
	found->attributes = attribute_letters(document, found->element);
}

/* Whether the element has no child with the name that the row's path begins with. */
static bool lacks_child(const struct guest_field *field, const struct found *found)
{
	unsigned char first = (unsigned char)*field->path;

	return first && first != '@' && !(found->letters & letter_bit(first));
}

static void fill_content(const struct guest_field *field, struct raw *raw, void *member)
{
	_cleanup_free_ char *content = content_of(raw->guest->document, raw->element);

	raw->text = content;
	if (content)
		readers[field->kind](raw, member);
}

static void fill(struct guest *guest, const struct guest_field *field,
		 const struct found *found, void *member)
{
	const char *attribute = field->path[found->n] ? field->path + found->n + 1 : NULL;
	struct raw raw = {.guest = guest,
			  .element = found->element,
			  .attribute = attribute};

	if (field->kind == GUEST_FIELD_ELEMENT)
		memcpy(member, &raw.element, sizeof(int));
	else if (field->kind == GUEST_FIELD_PRESENT)
		memcpy(member, &(bool){raw.element >= 0}, sizeof(bool));
	if (field->kind >= GUEST_FIELD_ELEMENT || raw.element < 0 ||
	    (attribute && !(found->attributes & letter_bit((unsigned char)*attribute))))
		return;
	if (!attribute) {
		fill_content(field, &raw, member);
		return;
	}
	raw.text = document_attribute(guest->document, raw.element, attribute);
	if (raw.text)
		readers[field->kind](&raw, member);
}

void fields_fill(struct guest *guest, int element, const struct guest_field *fields,
		 size_t n, void *object)
{
	struct found found = {.element = element, .attributes = UINT64_MAX};

	/* One attribute is found as quickly as all of their letters. */
	if (n == 1 && *fields->path == '@') {
		fill(guest, fields, &found, (char *)object + fields->offset);
		return;
	}
	found.letters = child_letters(guest->document, element);
	for (size_t i = 0; i < n; i++) {
		char *member = (char *)object + fields[i].offset;

		if (lacks_child(&fields[i], &found)) {
			if (fields[i].kind == GUEST_FIELD_ELEMENT)
				memcpy(member, &(int){-1}, sizeof(int));
			continue;
		}
		find(guest->document, element, fields[i].path, &found);
		fill(guest, &fields[i], &found, member);
	}
}

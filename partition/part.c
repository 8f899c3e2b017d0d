/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * part.c - turns a requested partition into an entry. Everything that a table cannot
 * hold, or that libfdisk would silently drop or change, is rejected here.
 */
#include "partition/part.h"

#include "base/utf8.h"
#include "partition/types.h"

#include <stdarg.h>

void text_add_part(struct text *text, const struct part_request *part, unsigned number)
{
	text_adds(text, "partition");
	if (number > 0)
		text_printf(text, " %u", number);
	if (part && part->name && *part->name)
		text_printf(text, " \"%s\"", part->name);
}

int part_error(const struct disk_request *request, const struct part_request *part,
	       unsigned number, struct error *error, const char *format, ...)
{
	_cleanup_text_ struct text text = {};
	va_list args;

	text_add_part(&text, part, number);
	text_adds(&text, ": ");
	va_start(args, format);
	text_vprintf(&text, format, args);
	va_end(args);
	if (request->file || (part && part->file))
		return error_input_at(error,
				      part && part->file ? part->file : request->file,
				      part ? part->line : 0, "%s", text.s);
	return error_input(error, "%s", text.s);
}

bool part_asks_extended(const struct part_request *part)
{
	struct guid guid;
	uint8_t code = 0;

	if (part->has_kind)
		return part->kind == KIND_EXTENDED;
	return part->type && type_parse(LABEL_DOS, part->type, &guid, &code) &&
	       is_extended_code(code);
}

bool part_asks_logical(const struct part_request *part)
{
	if (part->has_kind)
		return part->kind == KIND_LOGICAL;
	return part->number >= DOS_FIRST_LOGICAL && !part_asks_extended(part);
}

/* C0, DEL and C1. Direction marks are legitimate in a name. */
static bool is_control_code(const char *at)
{
	const unsigned char first = (unsigned char)at[0], second = (unsigned char)at[1];

	return first < 0x20 || first == 0x7f || (first == 0xc2 && second < 0xa0);
}

static int check_name(const struct disk_request *request, const struct part_request *part,
		      unsigned number, struct error *error)
{
	unsigned units = 0;

	for (const char *at = part->name; at && *at;) {
		size_t n = utf8_length(at);

		if (n == 0)
			return part_error(request, part, number, error,
					  "the name is not UTF-8");
		/* A script has them on purpose: it restores what sfdisk -d printed. */
		if (is_control_code(at) && !(request->exact && part->line > 0))
			return part_error(request, part, number, error,
					  "the name contains a control character");
		units += n == 4 ? 2 : 1; /* a surrogate pair */
		at += n;
	}
	if (units > GPT_NAME_UNITS)
		return part_error(request, part, number, error,
				  "the name has %u UTF-16 units; a GPT has room for %u",
				  units, GPT_NAME_UNITS);
	return 0;
}

static int check_for_dos(const struct disk_request *request,
			 const struct part_request *part, unsigned number,
			 struct error *error)
{
	const char *what = part->name && *part->name ? "names"
			   : part->has_uuid          ? "UUIDs"
						     : NULL;

	if (what)
		return part_error(request, part, number, error,
				  "an MBR has no partition %s; a GPT does", what);
	if (part->attributes)
		return part_error(request, part, number, error,
				  "an MBR has no attributes except \"active\"");
	return 0;
}

static int check_for_gpt(const struct disk_request *request,
			 const struct part_request *part, unsigned number,
			 struct error *error)
{
	if (part->active)
		return part_error(
			request, part, number, error,
			"\"active\" is only for an MBR; on a GPT use attribute=legacy-boot");
	if (part->has_kind && part->kind != KIND_PRIMARY)
		return part_error(request, part, number, error,
				  "a GPT has no %s partitions", kind_name(part->kind));
	return check_name(request, part, number, error);
}

static int set_type(const struct disk_request *request, const struct part_request *part,
		    struct partition *ret, struct error *error)
{
	const enum table_label label = request->label;
	const char *type = part->type, *nearest;

	if (!type)
		type = ret->kind == KIND_EXTENDED ? "extended" : "linux-generic";
	if (!type_parse(label, type, &ret->type, &ret->type_code)) {
		nearest = type_nearest(label, type);
		return part_error(
			request, part, ret->number, error,
			"unknown partition type \"%s\" for %s%s%s (a %s is also accepted)",
			type, label == LABEL_GPT ? "a GPT" : "an MBR",
			nearest ? "; did you mean " : "", nearest ? nearest : "",
			label == LABEL_GPT ? "GUID" : "code");
	}
	/* An entry has only one of the two. */
	if (label == LABEL_GPT)
		ret->type_code = 0;
	else
		ret->type = (struct guid){};
	if (label == LABEL_DOS && ret->type_code == DOS_PROTECTIVE)
		return part_error(
			request, part, ret->number, error,
			"type 0xee marks the protective MBR of a GPT; use --label gpt or another type");
	if (label == LABEL_DOS &&
	    is_extended_code(ret->type_code) != (ret->kind == KIND_EXTENDED))
		return part_error(request, part, ret->number, error,
				  "type 0x%02x contradicts kind %s", ret->type_code,
				  kind_name(ret->kind));
	return 0;
}

int part_to_partition(const struct disk_request *request, const struct part_request *part,
		      enum partition_kind kind, unsigned number, struct partition *ret,
		      struct error *error)
{
	*ret = (struct partition){
		.number = number,
		.kind = kind,
		.uuid = part->uuid,
		.name = part->name && *part->name ? part->name : NULL,
		.attributes = part->attributes,
		.active = part->active,
	};
	if ((request->label == LABEL_DOS
		     ? check_for_dos(request, part, number, error)
		     : check_for_gpt(request, part, number, error)) < 0)
		return -1;
	return set_type(request, part, ret, error);
}

uint8_t part_extended_code(void)
{
	struct guid guid;
	uint8_t code = 0;

	return type_parse(LABEL_DOS, "extended", &guid, &code) ? code : 0x05;
}

int part_check_number(const struct disk_request *request, const struct part_request *part,
		      unsigned last, struct error *error)
{
	if (part->number <= last)
		return 0;
	return part_error(request, part, part->number, error,
			  "number %u is greater than that of the last entry, %u",
			  part->number, last);
}

int part_check_logical_number(const struct disk_request *request,
			      const struct part_request *part, unsigned number,
			      struct error *error)
{
	if (part->number == 0 || part->number == number)
		return 0;
	return part_error(
		request, part, number, error,
		"logical partitions are numbered from %u in order; number %u cannot be chosen",
		DOS_FIRST_LOGICAL, part->number);
}

int part_too_many_logical(struct error *error)
{
	return error_input(
		error,
		"logical partitions can be numbered only 5 to %d: sfdisk ignores any further ones, and deletes them when it writes the table; a GPT has room for more partitions",
		DOS_LAST_LOGICAL);
}

int part_check_active(const struct partition_table *table, struct error *error)
{
	unsigned active = 0;

	for (size_t i = 0; i < table->partitions.n; i++)
		active += table->partitions.v[i].active;
	if (active > 1)
		return error_input(error, "%u partitions are active; at most one can be",
				   active);
	return 0;
}

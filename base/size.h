/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * size.h - amounts of memory and disk as libvirt and util-linux write them.
 */
#pragma once

#include "base/text.h"

enum size_answer {
	SIZE_OK,
	SIZE_MALFORMED, /* not a number with a known suffix */
	SIZE_NO_SUFFIX, /* a bare number other than 0, although a suffix is required */
	SIZE_TOO_LARGE, /* more than 2^63-1 bytes */
};

/*
 * "4GiB", "4G" = GiB, "4GB" = 10^9, "512M", "100KiB", "7B"; fractions as in "1.5GiB" if
 * the result is a whole number of bytes; upper or lower case. @sector_bytes > 0 allows
 * "2048s". A bare number is bytes if @bare is true, else SIZE_NO_SUFFIX (0 needs none).
 */
enum size_answer size_parse(const char *string, bool bare, unsigned sector_bytes,
			    uint64_t *ret_bytes);
/* What is wrong and how to write it, for an error message: "has no unit; ...". */
const char *size_answer_text(enum size_answer answer);
/* libvirt's unit attribute: "KiB", "k", "b", "bytes", "GB"; a NULL unit is KiB. */
bool size_with_unit(uint64_t value, const char *unit, uint64_t *ret_bytes);
/* The largest binary unit that gives a whole number: "4 GiB", "1536 MiB", "513 B". */
void text_add_size(struct text *text, uint64_t size_bytes);
/*
 * The same in a given unit, for amounts that are compared: @power of 1024, 0 is "B". It
 * must not exceed size_power(@size_bytes).
 */
void text_add_size_in(struct text *text, uint64_t size_bytes, int power);
/*
 * The same if its number has at most four digits, otherwise with one decimal place in the
 * largest unit: "29 MiB", "173.0 MiB".
 */
void text_add_size_about(struct text *text, uint64_t size_bytes);
/* The power of the largest binary unit that divides an amount: at most 6, as for 0. */
int size_power(uint64_t size_bytes);
/* For people: at most 4 digits, as in lsblk and ls -h: "3.9G", "512M". */
void text_add_size_human(struct text *text, uint64_t size_bytes);

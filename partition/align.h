/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * align.h - where a partition ends so that the next one begins on a boundary, and related
 * functions. Pure arithmetic in any unit (bytes, sectors) with any interval (which need
 * not be a power of two). Ends are exclusive here, so that "aligned" is one test.
 * docs/alignment.rst explains the three rules and proves them.
 */
#pragma once

#include "base/macros.h"

enum align_rule {
	ALIGN_TIGHT,   /* the least aligned end that holds the capacity */
	ALIGN_LIBVIRT, /* virStorageBackendDiskPartBoundaries of libvirt 9.0.0 */
	ALIGN_STRICT,  /* the published formula (4): capacity <= last - start */
};
#define ALIGN_RULES "tight|libvirt|strict"

enum align_answer {
	ALIGN_OK,
	ALIGN_ZERO,     /* the capacity or the interval is 0 */
	ALIGN_OVERFLOW, /* the end would be 2^64 or more */
};

const char *align_rule_name(enum align_rule rule);
bool align_rule_parse(const char *name, enum align_rule *ret) _must_check_;
/* The problem, for a message: "the end is greater than 2^64-1". */
const char *align_answer_text(enum align_answer answer);

/*
 * The end, exclusive and a multiple of @interval, of at least @capacity units that begin
 * at @start. The waste is *ret_end - @start - @capacity. *ret_end is not changed unless
 * the result is ALIGN_OK.
 */
enum align_answer right_align_end(uint64_t start, uint64_t capacity, uint64_t interval,
				  enum align_rule rule, uint64_t *ret_end);
/* The least multiple of @interval that is not before @start. */
enum align_answer left_align_start(uint64_t start, uint64_t interval, uint64_t *ret);
/* The greatest multiple of @interval that is not after @end; @interval > 0. */
uint64_t fit_end_down(uint64_t end, uint64_t interval);
/* left_align_start, then right_align_end with the tight rule. */
enum align_answer place_both(uint64_t start, uint64_t capacity, uint64_t interval,
			     uint64_t *ret_start, uint64_t *ret_end);
/*
 * The least common multiple of two numbers greater than 0; false if it is greater than
 * 2^64-1.
 */
bool align_lcm(uint64_t a, uint64_t b, uint64_t *ret) _must_check_;

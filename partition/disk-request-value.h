/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * disk-request-value.h - parsing of values in requests, for disk-request*.c. Each
 * function returns -1 and an error that does not name the key and the value; the caller
 * does.
 */
#pragma once

#include "base/error.h"

/* The index of @value in "a|b|c". */
int value_choice(const char *value, const char *choices, struct error *error)
	_must_check_;
/* An amount with a unit. */
int value_size(uint32_t sector_bytes, const char *value, uint64_t *ret,
	       struct error *error) _must_check_;
/* The same, above 0. */
int value_positive(uint32_t sector_bytes, const char *value, uint64_t *ret,
		   struct error *error) _must_check_;
/* A plain number within bounds. */
int value_number(const char *value, uint64_t min, uint64_t max, uint64_t *ret,
		 struct error *error) _must_check_;
/* "yes" or "no". */
int value_yes(const char *value, bool *ret, struct error *error) _must_check_;
/* Several alignments are combined to their least common multiple. */
int value_alignment(const char *value, uint32_t sector_bytes, uint64_t *align_bytes,
		    struct error *error) _must_check_;
/* The index of @key in the list; @what has it, for the message. */
int value_key(const char *const *keys, const char *what, const char *key,
	      struct error *error) _must_check_;

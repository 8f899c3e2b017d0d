/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * definition-value.h - values as systemd reads them. Each function returns -1 and an
 * error that does not name the key; the caller does.
 */
#pragma once

#include "base/error.h"
#include "partition/elastic.h"
#include "partition/guid.h"

/* The versions of systemd-repart whose behaviour is known; it differs in a few points. */
enum definition_version { REPART_252, REPART_257 };
#define DEFINITION_VERSIONS "252|257"

struct definition_how {
	enum definition_version version;
	const char *architecture; /* systemd's name, for all types; NULL: this machine's
				   * for root and usr */
	const char *copy_source;  /* where the sources of CopyFiles= are; NULL: "/" */
};

/* 0, 1, or -1 for the empty value: as if it had not been given. */
int definition_bool(const char *value, int *ret, struct error *error) _must_check_;
/* Decimal, or with 0x, 0b or 0o, or octal with 0. */
int definition_number(const char *value, uint64_t max, uint64_t *ret, struct error *error)
	_must_check_;
int definition_priority(const char *value, int32_t *ret, struct error *error)
	_must_check_;
/*
 * "10M", "1.5G", "1G 512M": powers of 1024. Rounded to the grain: minima down and maxima
 * up, as systemd-repart does in spite of its manual.
 */
int definition_size(const char *value, bool up, uint64_t *ret, struct error *error)
	_must_check_;
/*
 * The type of that name, with the architectures of @how; *ret_name as in
 * definition_type_name.
 */
int definition_type(const char *value, const struct definition_how *how, struct guid *ret,
		    const char **ret_name, struct error *error) _must_check_;
/* systemd's name of a type, static; NULL if it has none. */
const char *definition_type_name(struct guid type);
/* Which of the three flags of the Discoverable Partitions Specification a type has. */
struct definition_knows {
	bool no_auto, read_only, grow, verity;
};
struct definition_knows definition_knows(const char *type_name);
/* This machine's architecture in systemd's words; NULL if unknown. */
const char *definition_architecture(void);

/* definition-specifier.c: expands "%a" and so on; owned by the caller. NULL: an error. */
char *definition_expand(const char *value, const struct definition_how *how,
			struct error *error) _must_check_;

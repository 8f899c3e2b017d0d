/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * definition.h - definitions of partitions as in repart.d(5), which systemd-repart reads.
 * A request that is made from them gives the same table as systemd-repart would on an
 * empty disk. What we cannot keep is an error that names the file, the line and the key.
 *
 *     definition-read   directories     -> texts, one per definition, with its drop-ins
 *     definition-text   text            -> assignments
 *     definition-keys   assignments     -> struct definition
 *     definition        definitions     -> disk request
 *     definition-write  disk request, layout -> definitions
 */
#pragma once

#include "base/error.h"
#include "partition/definition-value.h"
#include "partition/disk-request.h"

/* One definition. Owns everything but the names of types. */
struct definition {
	char *file;       /* for messages */
	struct guid type; /* zero: not given */
	const char *name; /* of the type, static; NULL: unknown */
	bool has_label;
	char *label;                  /* NULL or empty: none */
	struct guid uuid;             /* zero: not given */
	int no_auto, read_only, grow; /* -1: not given */
	uint64_t flags;
	char *flags_at, *grow_at; /* FILE:LINE of the last assignment */
	char *minimize_at;
	enum definition_minimize { MINIMIZE_OFF, MINIMIZE_GUESS, MINIMIZE_BEST } minimize;
	struct elastic elastic;
	struct part_content content;
};

struct definition_list {
	const struct definition_how *how;
	VEC(struct definition) list;
	VEC(char *) notes; /* what the user should know, owned */
};
void definition_list_free(struct definition_list *list);
#define _cleanup_definitions_ _cleanup_(definition_list_free)

/* definition-read.c: adds all definitions of the directories; the first has precedence.
 */
int definition_read(const vec_strings *directories, struct definition_list *list,
		    struct error *error) _must_check_;
/* Adds the definition in these bytes of the file @name. */
struct definition *definition_add(struct definition_list *list, const char *name);
/* definition-keys.c: applies the assignments of one text; drop-ins follow the file. */
int definition_apply(struct definition_list *list, struct definition *definition,
		     const char *name, const char *bytes, size_t n, struct error *error)
	_must_check_;
/*
 * definition.c: makes @request, which has no parts yet, the request of these definitions.
 * Adds notes.
 */
int definition_to_request(struct definition_list *list, struct disk_request *request,
			  struct error *error) _must_check_;

/*
 * The size that systemd-repart gives to a disk: rounded up to its grain, or for --minimal
 * what all partitions need. Returns whether @request changed. Does nothing to other
 * requests.
 */
bool definition_settle_size(struct disk_request *request);

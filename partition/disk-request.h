/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * disk-request.h - what the user wants on a disk, before any of it has a position.
 * Flags, XML and sfdisk scripts all fill it through the same two setters, so that a key
 * always means the same.
 */
#pragma once

#include "base/error.h"
#include "partition/align.h"
#include "partition/elastic.h"
#include "partition/part-content.h"
#include "partition/partition-table.h"

#define REQUEST_MAX_ENTRIES 1024  /* partitions of one request */
#define REQUEST_MAX_TABLE   32768 /* entries of a GPT: an array of 4 MiB */
#define REQUEST_WEIGHT      1000  /* of a partition that gives none, as in repart.d(5) */

enum align_at {
	AT_BOTH, /* start and end are on boundaries */
	AT_START,
	AT_END,
	AT_NONE,
};
#define ALIGN_AT_NAMES "both|start|end|none"

enum part_size {
	PART_UNSET,   /* rest; for an extended partition: what its logical ones need */
	PART_FIXED,   /* size_bytes */
	PART_PERCENT, /* of the usable space */
	PART_SHARE,   /* a share of the rest by weight, from min to max; "rest" */
};

enum uuid_rule {
	UUID_OWN,    /* HMAC-SHA256(seed, "virt-layout partition N") */
	UUID_REPART, /* systemd-repart's */
};
#define UUID_RULE_NAMES "own|repart"

struct part_request {
	long line;       /* in the file, 0 for a flag */
	unsigned number; /* 0: the next free one */
	bool has_kind, has_start, has_at, has_uuid, has_attributes, has_active;
	bool in_sectors; /* of a script: the size has no unit, so it is not rounded */
	enum partition_kind kind;
	enum part_size size;
	uint64_t size_bytes, percent_millis; /* 25 % is 25000 */
	uint64_t min_bytes, max_bytes;       /* 0: none */
	uint64_t weight;
	uint64_t start_bytes, padding_bytes;
	uint64_t ebr_lba;     /* of a logical one; 0: directly before it */
	uint64_t align_bytes; /* 0: the disk's */
	enum align_at at;
	char *type, *name; /* owned; NULL: linux-generic, none */
	struct guid uuid;
	uint64_t attributes;
	bool active;
	/* From a definition of repart.d(5), see definition.h. */
	char *file;             /* where it was read, owned; NULL: the request's */
	struct elastic elastic; /* in place of its size and position */
	struct part_content content;
};

/* Owns its parts. Initialize with disk_request_init. */
struct disk_request {
	char *file; /* for messages, owned; NULL for flags */
	enum table_label label;
	uint32_t sector_bytes;
	uint64_t size_bytes; /* 0: not given */
	bool minimal, has_label, has_disk_guid, has_signature;
	bool exact;             /* an sfdisk script: sizes are kept exactly */
	bool elastic;           /* definitions: sizes are those of systemd-repart */
	uint64_t align_bytes;   /* 0: 1 MiB */
	uint64_t cluster_bytes; /* of the image, 0: none */
	enum align_at at;
	enum align_rule rule;
	uint64_t first_lba, last_lba; /* 0: the first and last that the label allows */
	uint32_t n_entries;
	char *seed; /* owned, NULL */
	enum uuid_rule uuid_rule;
	struct guid disk_guid;
	uint32_t signature;
	VEC(struct part_request) parts;
	VEC(char *) notes; /* messages about the file for the user, each owned */
};

void disk_request_init(struct disk_request *request);
void disk_request_free(struct disk_request *request);
#define _cleanup_disk_request_ _cleanup_(disk_request_free)

/*
 * Sets what @key names on the disk: size, label, sector-size, align (repeated: the least
 * common multiple), align-at, rule, cluster-size, first-lba, last-lba, entries, seed,
 * uuid-rule, uuid, minimal. Errors about the value do not name the key and the value.
 */
int disk_request_set(struct disk_request *request, const char *key, const char *value,
		     struct error *error) _must_check_;
/*
 * The same for a partition: size, min, max, weight, start, padding, align, align-at,
 * kind, number, type, name, uuid, attribute (repeated), active. Sectors ("2048s") are
 * those of @request.
 */
int part_request_set(const struct disk_request *request, struct part_request *part,
		     const char *key, const char *value, struct error *error)
	_must_check_;
/* A --part value: "size=512MiB,type=esp,name=ESP"; a "\," is a comma. */
int disk_request_add_part(struct disk_request *request, const char *flag,
			  struct error *error) _must_check_;

/* GPT attribute bit of a name or number, or -1. */
int attribute_bit(const char *name);
/* "required legacy-boot 60"; nothing for 0. */
void text_add_attributes(struct text *text, uint64_t attributes);

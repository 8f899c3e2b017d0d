/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * finding.h - a fact about the user's domain, host or disk, and the report that collects
 * such facts. Pure: nothing here prints; a command turns a report into text or JSON.
 */
#pragma once

#include "base/jsonw.h"
#include "base/vec.h"

enum severity {
	SEVERITY_INFO,
	SEVERITY_WARNING,
	SEVERITY_ERROR,
};
const char *severity_name(enum severity severity);

/* A position in the user's files; a zeroed place is nowhere. */
struct place {
	const char *file;  /* borrowed: lives as long as the input */
	long line, column; /* from 1; 0 unknown */
	char *path;        /* owned: "/domain/devices/controller[3]", NULL unknown */
};

struct rule;

/* All strings but rule and the files are owned; NULL if there is nothing to say. */
struct finding {
	const char *rule; /* the rule's id, static */
	/* The rule itself, for the library that has a table of rules; else NULL. */
	const struct rule *row;
	enum severity severity;
	struct place place, related;
	char *subject;  /* what it is about: "controller 7", "partition 3" */
	char *observed; /* the actual value */
	char *expected; /* the correct value */
	char *message;  /* one sentence, ends with a full stop */
	char *remedy;   /* how to fix it in the user's own terms, ends with a full stop */
	bool fixable;   /* --fix fixes it without guessing */
};

/* A rule that could not be checked because a fact is missing: never the same as
 * passed. */
struct skip {
	const char *rule;  /* static */
	const char *file;  /* borrowed */
	const char *needs; /* static: what it needs, "host" */
	char *reason;      /* owned */
};

/* Findings of one rule that report_cap() removed. */
struct finding_more {
	const char *rule; /* static */
	const struct rule *row;
	enum severity severity;
	const char *file; /* borrowed */
	size_t count;
};

/* A zeroed report is empty. */
struct report {
	VEC(struct finding) findings;
	VEC(struct finding_more) more;
	VEC(struct skip) skipped;
};

/*
 * Adds a finding with its message and returns it, so that the caller can set the other
 * members; the pointer is valid until the next finding is added.
 */
struct finding *report_add(struct report *report, const char *rule,
			   enum severity severity, const char *format, ...)
	_printf_(4, 5);
/* Takes ownership of @reason. */
void report_skip(struct report *report, const char *rule, const char *file,
		 const char *needs, char *reason);
/* Findings that report_cap() removed count as well. */
size_t report_count(const struct report *report, enum severity severity);
/*
 * Keeps the first @most findings of each rule in each file and counts the others: nobody
 * reads thousands of the same.
 */
void report_cap(struct report *report, size_t most);
/* STATUS_FINDINGS if there is an error among them, else STATUS_OK. */
int report_status(const struct report *report);
/* By file, line, rule, message: the order in which they are shown. */
void report_sort(struct report *report);
/* Removes the findings that are less severe. */
void report_keep(struct report *report, enum severity least);
void report_free(struct report *report);

/* "FILE:LINE: SEVERITY: RULE: MESSAGE REMEDY\n", sanitized. */
void text_add_finding(struct text *text, const struct finding *finding);
/* "FILE: SEVERITY: RULE: COUNT more like this.\n" */
void text_add_more(struct text *text, const struct finding_more *more);
/* One JSON object. */
void jsonw_finding(struct jsonw *json, const struct finding *finding);
/* Only the members, into an open object: the caller adds to them. */
void jsonw_finding_members(struct jsonw *json, const struct finding *finding);
void jsonw_skip(struct jsonw *json, const struct skip *skip);

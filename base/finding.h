/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * finding.h - a fact about the user's domain, host or disk, and the report that gathers
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

/* Where in the user's files; a zeroed place is nowhere. */
struct place {
	const char *file;  /* borrowed: lives as long as the input */
	long line, column; /* from 1; 0 unknown */
	char *path;        /* owned: "/domain/devices/controller[3]", NULL unknown */
};

struct rule;

/* All strings but rule and the files are owned; NULL where there is nothing to say. */
struct finding {
	const char *rule; /* the rule's id, static */
	/* The rule itself, for the library that has a table of them; else NULL. */
	const struct rule *row;
	enum severity severity;
	struct place place, related;
	char *subject;  /* what it is about: "controller 7", "partition 3" */
	char *observed; /* the value that stands there */
	char *expected; /* the value that would be right */
	char *message;  /* one sentence, ends with a full stop */
	char *remedy;   /* the mend in the user's own terms, ends with a full stop */
	bool fixable;   /* --fix mends it without a guess */
};

/* A rule that could not be judged because a fact is missing: never the same as passed. */
struct skip {
	const char *rule;  /* static */
	const char *file;  /* borrowed */
	const char *needs; /* static: what it needs, "host" */
	char *reason;      /* owned */
};

/* Findings of one rule that report_cap() took out. */
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
 * Adds a finding with its message and gives it back for the rest; the pointer lasts
 * until the next finding.
 */
struct finding *report_add(struct report *report, const char *rule,
			   enum severity severity, const char *format, ...)
	_printf_(4, 5);
void report_skip(struct report *report, const char *rule, const char *needs,
		 const char *format, ...) _printf_(4, 5);
/* Those that report_cap() took out count as well. */
size_t report_count(const struct report *report, enum severity severity);
/*
 * Keeps the first @most findings of each rule in each file and counts the others: nobody
 * reads thousands of a kind.
 */
void report_cap(struct report *report, size_t most);
/* STATUS_FINDINGS if there is an error among them, else STATUS_OK. */
int report_status(const struct report *report);
/* By file, line, rule, message: the order in which they are shown. */
void report_sort(struct report *report);
void report_free(struct report *report);

/* "FILE:LINE: SEVERITY: RULE: MESSAGE REMEDY\n", sanitised. */
void text_add_finding(struct text *text, const struct finding *finding);
/* "FILE: SEVERITY: RULE: COUNT more like this.\n" */
void text_add_more(struct text *text, const struct finding_more *more);
/* One object as design.md section 4 lists its members. */
void jsonw_finding(struct jsonw *json, const struct finding *finding);
/* The members alone, into an object that is open: the caller adds to them. */
void jsonw_finding_members(struct jsonw *json, const struct finding *finding);
void jsonw_skip(struct jsonw *json, const struct skip *skip);

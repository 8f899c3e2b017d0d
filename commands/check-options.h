/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* check-options.h - the options of `check`. */
#pragma once

#include "base/option.h"
#include "commands/check-print.h"
#include "commands/connect.h"
#include "commands/source.h"

enum fail_on { FAIL_ON_ERROR, FAIL_ON_WARNING, FAIL_ON_INFO, FAIL_ON_SKIPPED };

struct check_flags {
	struct check_options check;
	vec_strings hosts;
	VEC(char *) files; /* owned */
	struct source_options source;
	struct connect_wish connect; /* files are then names of domains */
	struct connected connected;
	enum fail_on fail_on;
	enum check_form form;
	const char *baseline, *files_from;
	int jobs;
	struct target_wish target;
	bool fix, in_place;
	const char *output; /* of --fix; NULL: standard output */
	bool decides;       /* print only what decides the exit status, without lines */
};

extern const struct option_row check_rows[]; /* their struct is check_flags */
/* Adds the files of --files-from. */
int check_read_list(struct check_flags *flags, struct error *error) _must_check_;
/*
 * For libvirt's hook: checks the domain @xml, which is called @name, with options of
 * check. Prints only the findings that decide the exit status, with the domain's name and
 * without a line, because the user has never seen this text.
 */
int check_decide(int argc, char *argv[], const char *name, const struct text *xml,
		 struct error *error) _must_check_;
/* With --connect or --all: reads the domains; files are then their names. */
int check_connect(struct check_flags *flags, struct error *error) _must_check_;

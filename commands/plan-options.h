/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* plan-options.h - the options of `plan`, and of its request file. */
#pragma once

#include "base/option.h"
#include "commands/connect.h"
#include "commands/source.h"
#include "planner/plan/request/flags.h"

enum plan_emit { EMIT_XML, EMIT_EXPECT, EMIT_DEVICE, EMIT_NCCL };

/* The request is filled in while they are parsed. */
struct plan_flags {
	struct request_asked asked;
	struct source_options source;
	struct connect_wish connect; /* whose domain has the name @domain */
	struct target_settled target;
	char *like; /* owned: it may come from a request file */
	const char *domain, *host, *output;
	enum plan_emit emit;
	bool predict, diff, in_place;
};

extern const struct option_row plan_rows[];

/*
 * Fills a zeroed *@ret, which the caller frees even after an error: from the request
 * file, if there is one, and then from options, so that these override it.
 */
int plan_read_options(const struct options *options, struct plan_flags *ret,
		      struct error *error) _must_check_;
/* Error: options that exclude or need each other. */
int plan_check_options(const struct plan_flags *flags, struct error *error) _must_check_;
void plan_flags_free(struct plan_flags *flags);
#define _cleanup_plan_flags_ _cleanup_(plan_flags_free)

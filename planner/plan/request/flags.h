/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * flags.h - the options of `plan` that describe the request. The command line, the
 * request file and KubeVirt's annotations all use these rows.
 */
#pragma once

#include "base/option.h"
#include "planner/plan/request/mirror.h"

/* What they fill in; call request_begin first. */
struct request_asked {
	struct request request;
	struct mirror_options mirror;
};

/* Two tables, so that `plan --help` can list others between them. */
extern const struct option_row request_node_rows[], request_rows[];

/*
 * Sets the option of that name; @value is NULL (or "yes") if it takes none. Errors
 * (status 2): malformed or out of range.
 */
int request_take(struct request_asked *asked, const char *name, const char *value,
		 struct error *error) _must_check_;

/* An option that means nothing without a machine to mirror, or one with host devices. */
struct request_need {
	const char *option; /* NULL: there is none */
	bool or_host;       /* a host is enough */
};
/* The first that was given although there is no such machine. */
struct request_need request_lacks(const struct request_asked *asked, bool like,
				  bool host);

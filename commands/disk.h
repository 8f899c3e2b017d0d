/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * disk.h - shared by the files of `disk`: the row of each subcommand, and the request
 * options that plan, create and size have in common.
 */
#pragma once

#include "base/jsonw.h"
#include "base/option.h"
#include "base/vec.h"

extern const struct command disk_align_command;
extern const struct command disk_create_command;
extern const struct command disk_plan_command;
extern const struct command disk_check_command;
extern const struct command disk_add_command;
extern const struct command disk_grow_command;
extern const struct command disk_recover_command;
extern const struct command disk_delete_command;
extern const struct command disk_set_command;
extern const struct command disk_show_command;
extern const struct command disk_size_command;
extern const struct command disk_stub_command;

/* Images of one run that could not be processed. Owns the errors. */
struct disk_failures {
	VEC(struct disk_failure {
		const char *file; /* borrowed */
		struct error error;
	})
	list;
};

/* Prints the error, takes ownership of it and leaves *error empty. */
void disk_failure(struct disk_failures *failures, const char *file, struct error *error);
/* The highest of @status and theirs. */
int disk_failures_status(const struct disk_failures *failures, int status);
/* "errors": [{"file", "message"}]. */
void disk_failures_json(struct jsonw *json, const struct disk_failures *failures);
void disk_failures_free(struct disk_failures *failures);
#define _cleanup_disk_failures_ _cleanup_(disk_failures_free)

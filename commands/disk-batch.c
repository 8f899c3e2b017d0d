/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * disk-batch.c - several images in one run: a broken one is reported and the others are
 * processed; the exit status is the highest of all.
 */
#include "commands/disk.h"

#include "base/streams.h"
#include <stdio.h>

void disk_failure(struct disk_failures *failures, const char *file, struct error *error)
{
	_cleanup_text_ struct text shown = {};
	struct disk_failure *failure = vec_add(&failures->list);

	text_add_shown(&shown, error->message);
	streams_say("%s", shown.s);
	failure->file = file;
	failure->error = *error;
	*error = (struct error){};
}

int disk_failures_status(const struct disk_failures *failures, int status)
{
	for (size_t i = 0; i < failures->list.n; i++)
		status = MAX(status, (int)failures->list.v[i].error.status);
	return status;
}

void disk_failures_json(struct jsonw *json, const struct disk_failures *failures)
{
	jsonw_array(json, "errors");
	for (size_t i = 0; i < failures->list.n; i++) {
		jsonw_object(json, NULL);
		jsonw_string(json, "file", failures->list.v[i].file);
		jsonw_string(json, "message", failures->list.v[i].error.message);
		jsonw_end_object(json);
	}
	jsonw_end_array(json);
}

void disk_failures_free(struct disk_failures *failures)
{
	for (size_t i = 0; i < failures->list.n; i++)
		error_clear(&failures->list.v[i].error);
	vec_free(&failures->list);
}

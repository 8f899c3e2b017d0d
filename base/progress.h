/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * progress.h - progress of a long job, for whoever is waiting. A job that takes less than
 * a second prints nothing. On a terminal a longer one shows a bar, which is removed when
 * it ends; elsewhere it prints a line now and then, and one at its end.
 *
 * The caller provides clock and output. All functions accept NULL for a progress that
 * nobody wants to see.
 */
#pragma once

#include "base/macros.h"

#define PROGRESS_PATIENCE_MS 1000 /* nothing is printed before */

struct progress {
	/* Milliseconds of a monotonic clock. */
	uint64_t (*now_ms)(void *context);
	void (*say)(void *context, const char *bytes, size_t n);
	void *context;
	unsigned columns; /* of the terminal; 0: not a terminal */

	/* The current job; private to progress.c. */
	char *what;
	uint64_t done, total;
	const char *stage; /* of a job that has stages; borrowed */
	bool in_percent, shown;
	uint64_t began_ms, next_ms;
};

/*
 * Begins a job of @total_bytes, 0 if unknown; the format says what is done: "partition 2:
 * copying disk.raw". A previous job that did not end ends here.
 */
void progress_begin(struct progress *progress, uint64_t total_bytes, const char *format,
		    ...) _printf_(3, 4);
/* Begins a job with only a percentage, in hundredths up to 10000. */
void progress_begin_percent(struct progress *progress, const char *format, ...)
	_printf_(2, 3);
/* Begins a job of which only the current stage and the time are known. */
void progress_begin_stage(struct progress *progress, const char *stage,
			  const char *format, ...) _printf_(3, 4);
/* Sets the current stage. */
void progress_stage(struct progress *progress, const char *stage);
/* Sets how much has been done. */
void progress_set(struct progress *progress, uint64_t done);
/* Adds to what has been done. */
void progress_add(struct progress *progress, uint64_t done);
void progress_end(struct progress *progress);

static inline void progress_end_pointer(struct progress **progress)
{
	progress_end(*progress);
}
/* For a variable that borrows the progress while its job is in progress. */
#define _cleanup_progress_ _cleanup_(progress_end_pointer)

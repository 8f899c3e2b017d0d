/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * progress.h - how far a long job has come, for who waits. A job that takes less than a
 * second says nothing. On a terminal a longer one shows a bar, which goes away when it
 * ends; elsewhere it says a line now and then, and one at its end.
 *
 * Clock and output are the caller's. Everything here takes NULL for a progress that
 * nobody wants to see.
 */
#pragma once

#include "base/macros.h"

#define PROGRESS_PATIENCE_MS 1000 /* so long nothing is said */

struct progress {
	/* Milliseconds of a clock that does not go back. */
	uint64_t (*now_ms)(void *context);
	void (*say)(void *context, const char *bytes, size_t n);
	void *context;
	unsigned columns; /* of the terminal; 0: it is none */

	/* The job under way; progress.c's own. */
	char *what;
	uint64_t done, total;
	const char *stage; /* of a job that has stages; borrowed */
	bool in_percent, shown;
	uint64_t began_ms, next_ms;
};

/*
 * Begins a job of @total_bytes, 0 if nobody knows how many; the format says what is
 * done: "partition 2: copying disk.raw". A job before that did not end ends here.
 */
void progress_begin(struct progress *progress, uint64_t total_bytes, const char *format,
		    ...) _printf_(3, 4);
/* Begins a job of which only a percentage is known, in hundredths up to 10000. */
void progress_begin_percent(struct progress *progress, const char *format, ...)
	_printf_(2, 3);
/* Begins a job of which nothing is known but the stage that it is at, and its time. */
void progress_begin_stage(struct progress *progress, const char *stage,
			  const char *format, ...) _printf_(3, 4);
/* It is at this stage now. */
void progress_stage(struct progress *progress, const char *stage);
/* So much is done of it now. */
void progress_set(struct progress *progress, uint64_t done);
/* So much more. */
void progress_add(struct progress *progress, uint64_t done);
void progress_end(struct progress *progress);

static inline void progress_end_pointer(struct progress **progress)
{
	progress_end(*progress);
}
/* For a variable that borrows the progress while its job is under way. */
#define _cleanup_progress_ _cleanup_(progress_end_pointer)

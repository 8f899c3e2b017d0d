/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * guarded.h - work that is done by a child process, so that a crash or a hang of ours
 * stays there: what the hooks of KubeVirt and libvirt are run in.
 */
#pragma once

#include "base/error.h"
#include "base/text.h"

/* What the work is told by its settings, and sends before anything else. */
struct guard_terms {
	bool strict;
	unsigned time_limit_s; /* 0: the whole limit */
};
int guard_send_terms(int fd, const struct guard_terms *terms, struct error *error)
	_must_check_;

struct guarded {
	bool strict; /* as the work said, if it got that far */
	int status;  /* that it returned */
	struct text answer;
};

/*
 * What is done: its answer, behind the terms, goes to @fd; it returns an exit status or
 * -1 with *error filled, which is printed. Its standard error is ours.
 */
typedef int guarded_work(const void *user, int fd, struct error *error);

/*
 * Runs the work and waits for it. Fault: it failed, crashed, said nothing or took longer
 * than its time limit; *ret says then whether it had been strict.
 */
int guarded_run(guarded_work *work, const void *user, struct guarded *ret,
		struct error *error) _must_check_;
void guarded_free(struct guarded *guarded);
#define _cleanup_guarded_ _cleanup_(guarded_free)

/* Prints an error as main does. */
void guard_say(const struct error *error);

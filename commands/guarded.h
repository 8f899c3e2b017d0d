/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * guarded.h - work that is done by a child process, so that our crashes and hangs stay
 * there; used by the hooks of KubeVirt and libvirt.
 */
#pragma once

#include "base/error.h"
#include "base/text.h"

/* The settings of the work, which it sends before anything else. */
struct guard_terms {
	bool strict;
	unsigned time_limit_s; /* 0: the whole limit */
};
int guard_send_terms(int fd, const struct guard_terms *terms, struct error *error)
	_must_check_;

struct guarded {
	bool strict; /* as the work reported, if it got that far */
	int status;  /* that it returned */
	struct text answer;
};

/*
 * The work: its answer, after the settings, goes to @fd; it returns an exit status or -1
 * with *error filled in, which is printed. Its standard error is ours.
 */
typedef int guarded_work(const void *user, int fd, struct error *error);

/*
 * Runs the work and waits for it. Error: it failed, crashed, sent nothing or took longer
 * than its time limit; *ret then says whether it was strict.
 */
int guarded_run(guarded_work *work, const void *user, struct guarded *ret,
		struct error *error) _must_check_;
void guarded_free(struct guarded *guarded);
#define _cleanup_guarded_ _cleanup_(guarded_free)

/* Prints an error like main. */
void guard_say(const struct error *error);

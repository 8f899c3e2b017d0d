/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/boot/run-settings.h"

#include <sys/prctl.h>

void run_settings_apply(struct run_settings *before)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN},
			 usual = {.sa_handler = SIG_DFL};

	sigaction(SIGPIPE, &ignore, &before->pipe);
	sigaction(SIGCHLD, &usual, &before->child);
	prctl(PR_GET_CHILD_SUBREAPER, &before->subreaper);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
}

void run_settings_restore(const struct run_settings *before)
{
	prctl(PR_SET_CHILD_SUBREAPER, before->subreaper);
	sigaction(SIGCHLD, &before->child, NULL);
	sigaction(SIGPIPE, &before->pipe, NULL);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* child.h - settings for a child process that we fork. */
#pragma once

#include <sys/types.h>

/*
 * In a new child, before anything else: makes the kernel kill it when @parent ends, the
 * process that forked it, given by its id from before the fork. If the parent has already
 * ended, the child ends here: the kernel does not report a parent that exited before
 * prctl() was called (prctl(2), PR_SET_PDEATHSIG). Only for work whose partial or
 * complete result nobody needs any more.
 */
void child_ends_with(pid_t parent);

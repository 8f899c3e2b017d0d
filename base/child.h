/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* child.h - what a process that we start must know of us. */
#pragma once

#include <sys/types.h>

/*
 * In a new child, before anything else: it is killed when @parent ends, the process that
 * forked it, by the id that it had before the fork. If that is over already the child
 * ends here: the kernel tells nobody about a parent who went away before he was asked to
 * (prctl(2), PR_SET_PDEATHSIG). Only for work that nobody wants half or whole any more.
 */
void child_ends_with(pid_t parent);

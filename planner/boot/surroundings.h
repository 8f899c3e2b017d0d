/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <signal.h>

/*
 * What this process is while a run lasts: one that a closed pipe does not end, and that
 * gets the processes which a run leaves behind when it is killed. Undone by
 * surroundings_give_back.
 */
struct surroundings {
	struct sigaction pipe, child;
	int subreaper;
};

void surroundings_take_over(struct surroundings *before);
void surroundings_give_back(const struct surroundings *before);

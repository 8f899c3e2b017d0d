/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <signal.h>

/*
 * Settings of this process during a run: a closed pipe does not end it, and it becomes
 * the parent of the processes that a killed run leaves. surroundings_give_back() restores
 * the old ones.
 */
struct surroundings {
	struct sigaction pipe, child;
	int subreaper;
};

void surroundings_take_over(struct surroundings *before);
void surroundings_give_back(const struct surroundings *before);

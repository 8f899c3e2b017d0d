/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <signal.h>

/*
 * Settings of this process during a run: a closed pipe does not end it, and it becomes
 * the parent of the processes that a killed run leaves. run_settings_restore() restores
 * the old ones.
 */
struct run_settings {
	struct sigaction pipe, child;
	int subreaper;
};

void run_settings_apply(struct run_settings *before);
void run_settings_restore(const struct run_settings *before);

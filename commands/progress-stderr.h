/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/progress.h"

/*
 * Long jobs as they show on standard error: a bar if it is a terminal, lines if not,
 * nothing with VIRT_LAYOUT_PROGRESS=none in the environment.
 * To be ended (_cleanup_progress_) by who begins jobs.
 */
struct progress watch_stderr(void);

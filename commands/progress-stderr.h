/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/progress.h"

/*
 * Shows the progress of long jobs on standard error: a bar if it is a terminal, lines if
 * not, nothing with VIRT_LAYOUT_PROGRESS=none in the environment. The function that
 * begins jobs must end it (_cleanup_progress_).
 */
struct progress watch_stderr(void);

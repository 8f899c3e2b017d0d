/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* terminal.h - what the user's terminal can do and shall do. */
#pragma once

#include "base/macros.h"

/* Whether TERM names a terminal that understands control sequences. */
bool terminal_has_controls(void);
/*
 * Whether standard output is a terminal, and one that shows colors, and neither NO_COLOR
 * nor a file of terminal-colors.d(5) forbids them.
 */
bool terminal_wants_colors(void);

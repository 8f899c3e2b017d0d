/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdint.h>

/* Of a clock that nobody sets, for time limits. */
int64_t clock_ms(void);

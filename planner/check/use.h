/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* use.h - what one domain takes of its host. */
#pragma once

#include "planner/check/rules.h"

/* Fills result->use from the domain that was just judged. */
void check_gather_use(const struct check *check, struct check_use *ret);
void check_use_free(struct check_use *use);

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* use.h - what one domain uses of its host. */
#pragma once

#include "planner/check/rules.h"

/* Fills in result->use from the domain that was just checked. */
void check_gather_use(const struct check *check, struct check_use *ret);
void check_use_free(struct check_use *use);

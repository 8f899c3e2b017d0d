/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * compare.h - holding machines against each other: exactly, field by field; and as the
 * first law asks, a machine that was planned against the one that a kernel saw.
 */
#pragma once

#include "base/jsonw.h"
#include "topology/machine.h"

/*
 * The same in every field of struct machine. Where not, @why (if not NULL) gets one
 * sentence naming the first that differs.
 */
bool machine_equal(const struct machine *a, const struct machine *b, struct text *why);

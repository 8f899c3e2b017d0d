/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hook-limit.h - the maximum time of a hook's work: KubeVirt gives up after a minute, in
 * which it calls up to three times.
 */
#pragma once

#define HOOK_TIME_LIMIT_S 20

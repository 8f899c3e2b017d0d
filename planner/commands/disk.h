/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * disk.h - what the files of `disk` share: each subcommand's row, and the request
 * options that plan, create and size have in common.
 */
#pragma once

#include "base/option.h"

extern const struct command disk_align_command;

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/error.h"

/*
 * The path of one of our helper programs: next to this one (a build directory), else in
 * the libexec directory of the installation. Owned by the caller. Error: in neither.
 */
int find_libexec(const char *name, char **ret, struct error *error) _must_check_;
/* The same for a file that is not run here. NULL if there is none. */
char *find_libexec_file(const char *name) _must_check_;

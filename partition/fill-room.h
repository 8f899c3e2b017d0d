/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fill-room.h - why the files of a folder do not fit into a file system. */
#pragma once

#include "base/error.h"
#include "partition/filling.h"

/*
 * Replaces the words of a tool that has failed to copy a folder by sizes, if what lacks
 * room is the file system in @scratch. Always -1.
 */
int fill_explain_room(const struct filling *filling, int scratch, struct error *error)
	_must_check_;

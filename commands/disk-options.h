/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * disk-options.h - the options that describe what should be on a disk, shared by plan,
 * create and add.
 */
#pragma once

#include "base/option.h"
#include "partition/definition.h"
#include "partition/disk-layout.h"

struct request_flag {
	const char *key;
	const char *value;
};

/*
 * Settings of a request in the order in which they were given, borrowed. Zero it before
 * use.
 */
struct request_flags {
	VEC(struct request_flag) list;
};

/* The setter of such an option, whose name is the key; its field is a request_flags. */
option_setter request_keep;
/* All of them, for plan and create. */
extern const struct option_row disk_request_rows[];
/*
 * The request: from the file @path (NULL: none), then from the options. @request has been
 * initialized.
 */
int request_from_flags(const struct request_flags *flags, const char *path,
		       struct disk_request *request, struct error *error) _must_check_;
/* The version of systemd-repart to follow. */
enum definition_version request_repart_version(const struct request_flags *flags);
/* With definitions: the size that systemd-repart would give, with a message if it
 * differs. */
void request_settle_size(struct disk_request *request);
/* Messages about the parts that do not fit. */
void request_say_dropped(const struct disk_request *request,
			 const struct disk_layout *layout);
/* An option whose name is a key of disk_request_set(). */
int request_set_option(struct disk_request *request, const char *name, const char *value,
		       struct error *error) _must_check_;
/* One option: a setting or, for "part", one more partition. */
int request_set_flag(const struct request_flag *flag, struct disk_request *request,
		     struct error *error) _must_check_;
void request_flags_free(struct request_flags *flags);
#define _cleanup_request_flags_ _cleanup_(request_flags_free)

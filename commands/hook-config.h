/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hook-config.h - hook.conf: the settings of `hook qemu`, libvirt's hook. Lines
 * "key=value", each an option of `check` or one of the hook's own; empty lines, and those
 * that begin with '#', are ignored.
 */
#pragma once

#include "base/error.h"
#include "base/vec.h"

/* A zeroed one requests nothing. */
struct hook_config {
	VEC(char *) words; /* owned: options of check, "--policy=socket" */
	bool has_host;     /* a host is named, or "host=none" */
	bool no_host;      /* "host=none" */
	bool has_target;
	bool strict;           /* a domain that cannot be checked must not start */
	unsigned time_limit_s; /* 0: not given */
};

/*
 * Reads @n bytes. Errors (status 2), after which *ret contains what was read until then,
 * and in any case strict: a NUL byte, an unknown key, an invalid value of strict or
 * time-limit. Other values are checked by check.
 */
int hook_config_read(const char *text, size_t n, struct hook_config *ret,
		     struct error *error) _must_check_;
void hook_config_free(struct hook_config *config);
#define _cleanup_hook_config_ _cleanup_(hook_config_free)

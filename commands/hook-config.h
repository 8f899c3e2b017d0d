/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hook-config.h - hook.conf: what `hook qemu`, as libvirt's hook, is to hold a domain
 * against. Lines "key=value", each an option of `check` or one of the hook's own; empty
 * lines, and those that begin with '#', say nothing.
 */
#pragma once

#include "base/error.h"
#include "base/vec.h"

/* Zeroed it asks for nothing. */
struct hook_config {
	VEC(char *) words; /* owned: options of check, "--policy=socket" */
	bool has_host;     /* a host is named, or "host=none" */
	bool no_host;      /* "host=none" */
	bool has_target;
	bool strict;           /* a domain that cannot be checked must not start */
	unsigned time_limit_s; /* 0: not said */
};

/*
 * Reads @n bytes. Faults (status 2), of which *ret holds what was read until then, strict
 * in any case: a NUL byte, a key that there is not, a value that strict and time-limit do
 * not take. Other values are check's to judge.
 */
int hook_config_read(const char *text, size_t n, struct hook_config *ret,
		     struct error *error) _must_check_;
void hook_config_free(struct hook_config *config);
#define _cleanup_hook_config_ _cleanup_(hook_config_free)

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* boot-options.h - what `boot` is asked to do. */
#pragma once

#include "base/option.h"
#include "planner/boot/boot.h"

struct boot_wish {
	struct boot_request request;
	const char *domain, *output, *record;
	bool print_xml, json, initrd_only, compress_given;
	struct progress progress;              /* of request, on a terminal */
	char *kernel, *agent, *run, *emulator; /* owned */
	struct boot_package package;
};

extern const struct option_row boot_rows[];

/* Into a zeroed *@ret, with what was not given filled in. */
int boot_read_options(const struct options *options, struct boot_wish *ret,
		      struct error *error) _must_check_;
/* The agent for guests of an architecture: ours, or one that was built for another. */
int boot_find_agent(struct boot_wish *wish, const char *arch, struct error *error)
	_must_check_;
/* The program that runs the guest. */
int boot_find_run(struct boot_wish *wish, struct error *error) _must_check_;
/* Whether the kernel, if there is to be one, can be read; a fault if not. */
int boot_find_kernel(const struct boot_wish *wish, struct error *error) _must_check_;
void boot_wish_free(struct boot_wish *wish);

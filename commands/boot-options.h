/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* boot-options.h - the options of `boot`. */
#pragma once

#include "base/option.h"
#include "commands/connect.h"
#include "planner/boot/boot.h"

struct boot_wish {
	struct boot_request request;
	struct connect_wish connect;
	const char *domain, *output, *record, *init;
	bool print_xml, json, initrd_only, compress_given;
	struct progress progress; /* of request, on a terminal */
	char *kernel, *agent, *prelude, *run, *emulator, *cache; /* owned */
	struct boot_package package;
};

extern const struct option_row boot_rows[];

/* Fills a zeroed *@ret; what was not given gets its default. */
int boot_read_options(const struct options *options, struct boot_wish *ret,
		      struct error *error) _must_check_;
/*
 * The agent for guests of an architecture: this machine's, or one built for another. Also
 * the prelude, if there is one.
 */
int boot_find_agent(struct boot_wish *wish, const char *arch, struct error *error)
	_must_check_;
/* The program that runs the guest. */
int boot_find_run(struct boot_wish *wish, struct error *error) _must_check_;
/* Error if there is to be a kernel and it cannot be read. */
int boot_find_kernel(const struct boot_wish *wish, struct error *error) _must_check_;
void boot_wish_free(struct boot_wish *wish);

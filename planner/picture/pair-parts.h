/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pair-parts.h - what the parts of a host and its guests say about each other. */
#pragma once

#include "planner/picture/pair.h"
#include "planner/picture/parts.h"

/*
 * Adds to the guest's parts what of the host they stand for, which CPUs vCPUs are pinned
 * to, and findings, numbered from @first on. @host is NULL without a host.
 */
void annotate_guest(struct parts *parts, const struct pair *pair,
		    const struct parts *host, size_t first);
/*
 * Adds to the host's parts what they are for in the guests, and closes nodes that no
 * guest uses. @letters: the guests have letters, A for the first.
 */
void annotate_host(struct parts *parts, const struct pair *pairs, size_t n, bool letters);
/* The part of the guest that shows what a finding is about; -1: none does. */
int part_of_finding(const struct parts *parts, const struct pair_finding *finding);
/* Of the words of a finding. */
const char *severity_class(enum severity severity);
/* "A", or nothing if there is only one guest. */
char *guest_letter(size_t guest, bool letters) _must_check_;

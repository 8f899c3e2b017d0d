/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * connect.h - domains of a libvirt daemon, by name: read through virt-layout-run, the
 * only program that is linked with libvirt, over a read-only connection.
 */
#pragma once

#include "base/option.h"
#include "base/xml/document.h"

struct connect_wish {
	const char *uri; /* NULL: not given */
	bool all, inactive;
};

/* --connect and --inactive. `check` has a row for --all as well. */
extern const struct option_row connect_rows[];

struct connected {
	VEC(struct connected_domain {
		char *name;
		struct text xml; /* as virsh dumpxml prints it without --security-info */
	})
	domains;
};
void connected_free(struct connected *connected);
#define _cleanup_connected_ _cleanup_(connected_free)

/* Whether arguments are names of domains, and not of files. */
static inline bool connect_wanted(const struct connect_wish *wish)
{
	return wish->uri || wish->all;
}

/*
 * Reads the domains @names (names, UUIDs or ids), or all. Fills in a zeroed *@ret, which
 * the caller must free even after an error. Errors: --inactive without a connection; no
 * connection; no such domain; virt-layout-run is not installed.
 */
int connect_read(const struct connect_wish *wish, char *const *names, size_t n,
		 struct connected *ret, struct error *error) _must_check_;
/*
 * Reads and parses the file @name, or the domain of that name if there is a wish for a
 * connection.
 */
int connect_read_document(const struct connect_wish *wish, const char *name,
			  struct document *ret, struct error *error) _must_check_;
/*
 * If a file cannot be read because there is none, and its name could be a domain's, adds
 * to the error how to name a domain.
 */
void connect_advise(const char *name, struct error *error);
/* Rejects --inactive without --connect. */
int connect_check(const struct connect_wish *wish, struct error *error) _must_check_;

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * source.h - SOURCE, wherever a command reads a machine: "live", a file recognized by its
 * root element, a directory, "synthetic:STRING". One place decides which reader it needs.
 */
#pragma once

#include "base/option.h"
#include "base/vec.h"
#include "base/xml/document.h"
#include "planner/guest/target-settle.h"
#include "topology/machine.h"

#define SOURCE_HELP                                                                             \
	"SOURCE is live (this machine), a file (a record, XML of lstopo, XML of a "             \
	"libvirt\n"                                                                             \
	"domain, virsh capabilities, a topology file of NCCL), a directory that "               \
	"contains\n"                                                                            \
	"sys/devices, devices/system/node or capabilities.xml, or synthetic:STRING in hwloc's " \
	"syntax."

/* --locality 0000:80-ff=1: the node of root buses for which firmware gives none. */
struct locality {
	uint32_t domain;
	uint8_t first_bus, last_bus;
	int node;
};

struct source_options {
	bool facts;    /* gather what check needs to know about a host, and keep the small
			* files */
	bool identify; /* keep names that identify the host */
	VEC(struct locality) localities;
	struct target_wish target; /* whose libvirt chooses addresses in a domain */
	bool target_given;         /* other sources than domains are refused */
};
void source_options_free(struct source_options *options);

/* Adds "DOMAIN:BUS[-BUS]=NODE". */
int source_add_locality(struct source_options *options, const char *string,
			struct error *error) _must_check_;
/* The same for a row of options, whose field is a struct source_options. */
option_setter source_set_locality;

/* Of a row --target, whose field is a struct source_options. */
option_setter source_set_target;
/* Looks up the installed versions if --target asks for them. */
int source_find_target(struct source_options *options, struct error *error) _must_check_;

/*
 * Fills in a zeroed *@ret, which the caller must free even after an error. Errors: no
 * such kind of source (the message names the kinds), the reader's own, a target although
 * it is not a domain, a locality that names no root bus or no node.
 */
int source_read(const char *source, const struct source_options *options,
		struct machine *ret, struct error *error) _must_check_;
/*
 * The same, but a domain is only parsed, into the zeroed *@ret_domain, and *@ret stays
 * empty: ret_domain->name is then not NULL. The caller frees both.
 */
int source_read_either(const char *source, const struct source_options *options,
		       struct machine *ret, struct document *ret_domain,
		       struct error *error) _must_check_;
/* The same for a domain. */
int source_read_domain(const struct document *domain,
		       const struct source_options *options, struct machine *ret,
		       struct error *error) _must_check_;
/* The same for the value of the option @name, which errors name. */
int source_read_option(const char *name, const char *source,
		       const struct source_options *options, struct machine *ret,
		       struct error *error) _must_check_;
/* Prints the machine's complaints, if any, to standard error, up to a limit. */
void source_show_complaints(const struct machine *machine);

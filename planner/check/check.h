/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * check.h - pure: finds what will fail, run slowly or be silently wrong in a domain, with
 * or without its host. The rules are rows of tables (rules.h).
 */
#pragma once

#include "base/xml/document.h"
#include "base/finding.h"
#include "planner/guest/target-settle.h"
#include "topology/machine.h"

/*
 * How near a device must be to the guest's memory: OpenStack's names; cell and distance
 * are our own.
 */
enum check_policy {
	POLICY_NONE,
	POLICY_REQUIRED,
	POLICY_SOCKET,
	POLICY_PREFERRED,
	POLICY_LEGACY,
	POLICY_CELL,
	POLICY_DISTANCE, /* options.most_distance */
};

struct check_options {
	const struct machine *host; /* borrowed; NULL: none, then many rules are
				     * skipped */
	struct target target;
	/* Determine the target of each domain with this; NULL: it is @target.
	 * Borrowed. */
	const struct target_wish *target_wish;
	enum check_policy policy;
	unsigned most_distance;          /* of POLICY_DISTANCE, as in a SLIT */
	VEC(const char *) only, ignored; /* rules, borrowed */
	const char *without;             /* for tests: a row to leave out */
};

/* Found, but silenced by the document, with the reason. */
struct check_suppressed {
	struct finding finding;
	char *reason; /* owned */
};

/* Memory that a domain takes from its host (demand.h). */
struct memory_demand {
	struct set nodes; /* the host nodes that it must come from; empty: any; owned */
	uint64_t bytes;
	uint64_t page_bytes; /* of huge pages; 0: ordinary ones */
	int element;         /* what asks for it */
};
typedef VEC(struct memory_demand) memory_demands;

enum check_use_kind { USE_MDEV, USE_GROUP, USE_AP_QUEUE, USE_VDPA };

/* What one domain uses of its host, to compare several domains. */
struct check_use {
	VEC(struct check_use_device {
		struct pci_address at;
		struct place place; /* its path is owned */
	})
	devices;
	/* Other things that only one domain can have. */
	VEC(struct check_use_thing {
		enum check_use_kind kind;
		char *name; /* "mediated device UUID"; owned */
		struct place place;
	})
	things;
	memory_demands memory;
	struct set pins; /* host CPUs that single vCPUs are pinned to */
	struct place pins_place, memory_place, pages_place;
};

/* A zeroed one is empty. */
struct check_result {
	struct report report;
	struct check_use use; /* filled in if there is a host */
	VEC(struct check_suppressed) suppressed;
	struct target_settled target; /* if it was determined for this domain */
};

/*
 * Checks one document and adds to *ret, findings sorted by place. Errors: its root is not
 * <domain>. Findings borrow the document's name.
 *
 * A comment `<!-- virt-layout: ignore RULE reason -->` silences one rule for the next
 * element or, if none follows, for the parent element. libvirt drops comments but keeps
 * <metadata>: there `<check xmlns='urn:virt-layout:check:1'><ignore rule= path=
 * reason=/></check>` does the same for the element at a path, or without a path for all.
 */
int check_document(const struct document *document, const struct check_options *options,
		   struct check_result *ret, struct error *error) _must_check_;
/*
 * Checks whether the host of @options can pass devices through, without a domain, and
 * adds to *ret. Findings are about @name, which they borrow, and have no position in it.
 */
int check_host_alone(const char *name, const struct check_options *options,
		     struct check_result *ret, struct error *error) _must_check_;
void check_result_free(struct check_result *result);
#define _cleanup_check_result_ _cleanup_(check_result_free)

#define CHECK_NAMESPACE "urn:virt-layout:check:1"

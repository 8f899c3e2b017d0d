/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * demand.h - how much memory of which pages a domain takes from which host nodes, and
 * where a host has less than that.
 */
#pragma once

#include "planner/check/rules.h"

/* Huge pages of the host's default size, where that is not known. */
#define PAGE_BYTES_UNKNOWN UINT64_MAX

/* Owns each set. */
void memory_demands_free(memory_demands *demands);
/* What the domain of @check needs, added to @ret; memory of unknown size is left out. */
void memory_demands_list(const struct check *check, memory_demands *ret);
/*
 * The mode that binds the memory of a cell (-1: of a guest without cells); NULL: strict,
 * the default. Borrowed.
 */
const char *memory_mode(const struct guest *guest, int cell);
/* The first libvirt that binds a memory device strictly to its <nodemask>, whatever the
 * mode of its cell is. */
#define NODEMASK_STRICT VERSION_OF(12, 0)
/* The size of the huge pages that <hugepages/> means on a host; 0: unknown. */
uint64_t memory_default_page(const struct machine *host);
/* Whether @bytes is a size of huge pages on a host, and not of ordinary ones. */
bool memory_page_is_huge(const struct machine *host, uint64_t bytes);

/* What of the host is compared with the demands. */
enum memory_pool {
	POOL_ORDINARY,   /* a node's memory besides its huge pages, for what is bound */
	POOL_PAGES,      /* all huge pages that the host has */
	POOL_FREE_PAGES, /* those that nobody uses */
};

/* Nodes that have less than is needed of them alone. In pages, or in bytes (page 0). */
struct memory_shortage {
	struct set nodes; /* owned */
	bool whole_host;  /* they are all of the host's, and something is bound to none */
	uint64_t page_bytes, wanted, has;
	uint64_t lacks; /* beyond what smaller sets in it lack */
	int element;    /* what needs it */
};
typedef VEC(struct memory_shortage) memory_shortages;
void memory_shortages_free(memory_shortages *shortages);
/*
 * One row for each cause: if a node has too little, a set of nodes that contains it is
 * listed only if it lacks more than that. What is not known is not listed, nor what
 * meets a row of @known (NULL: nothing is).
 */
void memory_shortages_list(const struct machine *host, const memory_demands *demands,
			   enum memory_pool pool, const memory_shortages *known,
			   memory_shortages *ret);
/* What is needed of @nodes alone, as in a shortage. */
uint64_t memory_wanted(const struct machine *host, const memory_demands *demands,
		       enum memory_pool pool, const struct set *nodes,
		       uint64_t page_bytes);
/* "host node 0", "host nodes 0-1" or "the host". The caller frees it. */
char *memory_shortage_where(const struct memory_shortage *shortage) _must_check_;
/*
 * "WHOSE bound to host node 0 needs 512 huge pages of 2048 KiB, but it has 64". The
 * caller frees it.
 */
char *memory_shortage_pages(const struct memory_shortage *shortage, enum memory_pool pool,
			    const char *whose) _must_check_;

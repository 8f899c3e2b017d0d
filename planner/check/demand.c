/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * demand.c - the memory that a domain takes from its host. Sources: libvirt 9.0
 * src/qemu/qemu_command.c, qemuBuildMemoryBackendProps (page size and host nodes of a
 * cell and of a memory device), src/util/virfile.c, virFileGetDefaultHugepageSize; Linux
 * Documentation/admin-guide/kernel-parameters.txt (default_hugepagesz),
 * mm/hugetlb.c, HPAGE_SIZE of each architecture.
 */
#include "planner/check/demand.h"

#include "planner/guest/memory.h"

#include <stdio.h>

#define KIB UINT64_C(1024)
#define MIB (KIB * KIB)
/* The largest ordinary page of any architecture. */
#define ORDINARY_MOST (64 * KIB)

void memory_demands_free(memory_demands *demands)
{
	for (size_t i = 0; i < demands->n; i++)
		set_free(&demands->v[i].nodes);
	vec_free(demands);
}

static bool host_lists(const struct machine *host, uint64_t page_bytes)
{
	for (size_t i = 0; i < host->nodes.n; i++)
		for (size_t j = 0; j < host->nodes.v[i].huge.n; j++)
			if (host->nodes.v[i].huge.v[j].page_bytes == page_bytes)
				return true;
	return false;
}

bool memory_page_is_huge(const struct machine *host, uint64_t bytes)
{
	return bytes > ORDINARY_MOST || host_lists(host, bytes);
}

/* Of default_hugepagesz= on the kernel's command line; 0: not there. */
static uint64_t page_of_command_line(const struct machine *host)
{
	static const char name[] = "default_hugepagesz=";
	const char *line = machine_fact(host, "kernel.command-line");
	const char *at = line ? strstr(line, name) : NULL;
	unsigned long long number;
	char unit = '\0';

	if (!at || sscanf(at + strlen(name), "%9llu%c", &number, &unit) < 1)
		return 0;
	switch (unit) {
	case 'G':
	case 'g':
		return number << 30;
	case 'M':
	case 'm':
		return number << 20;
	case 'K':
	case 'k':
		return number << 10;
	default:
		return number;
	}
}

/*
 * What the kernel takes by itself depends on the architecture and, for some, on the size
 * of ordinary pages, which shows in the list of huge ones.
 */
static uint64_t page_of_architecture(const struct machine *host)
{
	static const struct {
		const char *architecture;
		uint64_t listed, bytes;
	} rows[] = {
		{"x86_64", 0, 2 * MIB},          {"s390x", 0, MIB},
		{"aarch64", 64 * KIB, 2 * MIB},  {"aarch64", 512 * MIB, 512 * MIB},
		{"aarch64", 32 * MIB, 32 * MIB}, {"ppc64", 16 * MIB, 16 * MIB},
		{"ppc64le", 16 * MIB, 16 * MIB}, {"ppc64", 2 * MIB, 2 * MIB},
		{"ppc64le", 2 * MIB, 2 * MIB},   {"riscv64", 2 * MIB, 2 * MIB},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (streq_null(host->architecture, rows[i].architecture) &&
		    (rows[i].listed == 0 || host_lists(host, rows[i].listed)))
			return rows[i].bytes;
	return 0;
}

/* The only size that the host lists; 0: it lists several, or none. */
static uint64_t only_page(const struct machine *host)
{
	uint64_t only = 0;

	for (size_t i = 0; i < host->nodes.n; i++)
		for (size_t j = 0; j < host->nodes.v[i].huge.n; j++) {
			uint64_t bytes = host->nodes.v[i].huge.v[j].page_bytes;

			if (only != 0 && only != bytes)
				return 0;
			only = bytes;
		}
	return only;
}

uint64_t memory_default_page(const struct machine *host)
{
	const char *fact = machine_fact(host, "huge-pages.default");
	unsigned long long kib;
	uint64_t bytes;

	if (fact && sscanf(fact, "%12llu kB", &kib) == 1)
		return kib * KIB;
	bytes = page_of_command_line(host);
	if (bytes == 0)
		bytes = page_of_architecture(host);
	return bytes != 0 ? bytes : only_page(host);
}

/* A size as written, where 0 is the host's default; ordinary pages become 0. */
static uint64_t settled_page(const struct machine *host, uint64_t bytes)
{
	if (bytes == 0)
		bytes = memory_default_page(host);
	if (bytes == 0)
		return PAGE_BYTES_UNKNOWN;
	return memory_page_is_huge(host, bytes) ? bytes : 0;
}

/*
 * <page> of a cell, -1 for a guest without cells: the one that names it, or the one for
 * all. NULL: none is for it.
 */
static const struct guest_page *page_of(const struct guest *guest, int cell)
{
	const struct guest_page *all = NULL;

	for (size_t i = 0; i < guest->pages.n; i++) {
		const struct guest_page *page = &guest->pages.v[i];

		if (page->cells.state == VALUE_ABSENT || guest->cells.n == 0)
			all = all ? all : page;
		else if (cell >= 0 && set_has(&page->cells.set, (unsigned)cell))
			return page;
	}
	return all;
}

static void set_page(const struct check *check, int cell, struct memory_demand *demand)
{
	const struct guest *guest = check->guest;
	const struct guest_page *page = page_of(guest, cell);

	if (!guest->hugepages || (guest->pages.n > 0 && !page))
		return;
	demand->page_bytes = settled_page(check->host, page ? page->size_bytes.value : 0);
	demand->element =
		page ? page->element
		     : document_find(check->document, 0, "memoryBacking/hugepages");
}

/* Modes that leave QEMU nothing but the nodes; strict is the default. */
static bool is_bound(const char *mode)
{
	return !mode || streq(mode, "strict") || streq(mode, "restrictive");
}

static const struct guest_memnode *memnode_of(const struct guest *guest, int cell)
{
	for (size_t i = 0; cell >= 0 && i < guest->memnodes.n; i++)
		if (number_is(guest->memnodes.v[i].cell, (uint64_t)cell))
			return &guest->memnodes.v[i];
	return NULL;
}

const char *memory_mode(const struct guest *guest, int cell)
{
	const struct guest_memnode *memnode = memnode_of(guest, cell);

	return memnode ? memnode->mode : guest->numatune_mode;
}

/*
 * The host nodes that memory must come from; empty: any. @own: those of a memory device,
 * or NULL. For restrictive memory libvirt gives QEMU no nodes. The caller owns the set.
 */
static struct set nodes_of(const struct check *check, int cell,
			   const struct guest_set *own)
{
	const struct guest *guest = check->guest;
	const struct guest_memnode *memnode = memnode_of(guest, cell);
	const struct guest_set *nodes =
		memnode ? &memnode->nodes : &guest->numatune_nodes;
	const char *mode = memory_mode(guest, cell);
	bool strict = check->options->target.libvirt >= NODEMASK_STRICT;

	if (own && own->state == VALUE_VALID) {
		if (strict)
			return set_copy(&own->set);
		if (!streq_null(mode, "restrictive"))
			nodes = own;
	}
	return is_bound(mode) && nodes->state == VALUE_VALID ? set_copy(&nodes->set)
							     : (struct set){};
}

static struct memory_demand *add(const struct check *check, memory_demands *ret,
				 uint64_t bytes, int cell, int element,
				 const struct guest_set *own)
{
	struct memory_demand *demand = vec_add(ret);

	*demand = (struct memory_demand){.nodes = nodes_of(check, cell, own),
					 .bytes = bytes,
					 .element = element};
	set_page(check, cell, demand);
	return demand;
}

/* Memory that a device has at the start; nvdimm and virtio-pmem are files of their own.
 */
static void add_device(const struct check *check, const struct guest_device *device,
		       memory_demands *ret)
{
	bool grows = streq_null(device->model, "virtio-mem");
	const struct guest_number *bytes =
		grows ? &device->requested_bytes : &device->size_bytes;
	int cell = device->node.state == VALUE_VALID ? (int)MIN(device->node.value, 1024)
						     : -1;
	struct memory_demand *demand;

	if ((!grows && !streq_null(device->model, "dimm")) ||
	    bytes->state != VALUE_VALID || bytes->value == 0)
		return;
	demand = add(check, ret, bytes->value, cell, device->element,
		     &device->source_nodes);
	if (device->page_bytes.state == VALUE_VALID)
		demand->page_bytes = settled_page(check->host, device->page_bytes.value);
	if (device->page_bytes.state == VALUE_VALID)
		demand->element = device->element;
}

void memory_demands_list(const struct check *check, memory_demands *ret)
{
	const struct guest *guest = check->guest;
	uint64_t bytes;

	for (size_t i = 0; i < guest->cells.n; i++)
		if (guest->cells.v[i].memory_bytes.state == VALUE_VALID)
			add(check, ret, guest->cells.v[i].memory_bytes.value, (int)i,
			    guest->numatune_element, NULL);
	if (guest->cells.n == 0 && guest_initial_memory(guest, &bytes))
		add(check, ret, bytes, -1, guest->numatune_element, NULL);
	for (size_t i = 0; i < guest->devices.n; i++)
		if (guest_is_memory(&guest->devices.v[i]))
			add_device(check, &guest->devices.v[i], ret);
}

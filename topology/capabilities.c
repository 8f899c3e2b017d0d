/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libvirt: docs/formatcaps.rst, src/conf/capabilities.c. */
#include "topology/capabilities.h"

#include "base/file.h"
#include "base/utf16.h"
#include "base/size.h"
#include "topology/nodedev.h"
#include "topology/sysfs-tree.h"

#include <fcntl.h>

static const struct {
	const char *name;
	uint32_t limit;
} limits[] = {
	{"id", SET_LIMIT - 1},
	{"value", UINT32_MAX},
};

/* A number in an attribute; a missing one is not reported. */
static bool number(const struct document *document, int element, const char *name,
		   struct machine *machine, uint64_t *ret)
{
	const char *text = document_attribute(document, element, name);
	uint64_t limit = UINT64_MAX;

	if (!text)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(limits); i++)
		if (streq(name, limits[i].name))
			limit = limits[i].limit;
	if (parse_u64(text, ret) && *ret <= limit)
		return true;
	machine_complain(machine,
			 "%s:%d: %s='%s' of <%s> is not a number, or is out of range",
			 document->name, document->elements.v[element].line, name, text,
			 document_element_name(document, element));
	return false;
}

static int small_number(const struct document *document, int element, const char *name,
			struct machine *machine)
{
	uint64_t value;

	if (!number(document, element, name, machine, &value) || value >= SET_LIMIT)
		return UNKNOWN_ID;
	return (int)value;
}

/* The memory of a cell or the number of its pages, with its unit. */
static bool content_number(const struct document *document, int element, uint64_t *ret)
{
	_cleanup_free_ char *text = document_content(document, element);

	return parse_u64(text, ret);
}

static void read_memory(const struct document *document, int cell,
			struct machine_node *node, struct machine *machine)
{
	int element = document_child(document, cell, "memory");
	uint64_t value;

	node->memory_bytes = UNKNOWN_U64;
	if (element < 0)
		return;
	if (!content_number(document, element, &value) ||
	    !size_with_unit(value, document_attribute(document, element, "unit"),
			    &node->memory_bytes)) {
		node->memory_bytes = UNKNOWN_U64;
		machine_complain(machine, "%s:%d: <memory> is not a size", document->name,
				 document->elements.v[element].line);
	}
}

/* The smallest size is that of base pages. */
static void read_pages(const struct document *document, int cell,
		       struct machine_node *node, struct machine *machine)
{
	size_t smallest = 0;

	node->huge_known = KNOWN_UNKNOWN;
	for (int element = document_child(document, cell, "pages"); element >= 0;
	     element = document_next(document, element, "pages")) {
		struct machine_huge huge = {.free_pages = UNKNOWN_U64};
		uint64_t size;

		if (!number(document, element, "size", machine, &size) || !size ||
		    !size_with_unit(size, document_attribute(document, element, "unit"),
				    &huge.page_bytes) ||
		    !content_number(document, element, &huge.total_pages))
			continue;
		*vec_add(&node->huge) = huge;
		if (huge.page_bytes < node->huge.v[smallest].page_bytes)
			smallest = node->huge.n - 1;
	}
	if (!node->huge.n)
		return;
	node->huge_known = KNOWN_YES;
	node->huge.v[smallest] = *vec_last(&node->huge);
	node->huge.n--;
}

/* Number of the pair in *seen, added if it is new: die ids repeat in the next socket. */
struct pairs {
	struct pair {
		int high, low;
	} *v;
	size_t n, room;
};

static int pair_number(struct pairs *seen, int high, int low)
{
	size_t i = seen->n;

	if (low < 0)
		return UNKNOWN_ID;
	/* Neighbours share them, so search from the end. */
	while (i > 0 && (seen->v[i - 1].high != high || seen->v[i - 1].low != low))
		i--;
	if (i > 0)
		return (int)i - 1;
	*vec_add(seen) = (struct pair){high, low};
	return (int)seen->n - 1;
}

/* What CPUs are grouped by while they are read. */
struct groups {
	struct pairs dies, cores;
	struct set cpus;  /* ids so far */
	struct set again; /* of the cell, those of an earlier one or of itself */
};

/* A core is identified by its first sibling; older libvirt has only core_id. */
static void read_core(const struct document *document, int element, struct groups *groups,
		      struct machine_cpu *cpu, struct machine *machine)
{
	const char *text = document_attribute(document, element, "siblings");
	_cleanup_set_ struct set siblings = {};
	int core = small_number(document, element, "core_id", machine);

	if (text && set_parse(text, false, &siblings) && !set_empty(&siblings)) {
		cpu->core = pair_number(&groups->cores, -2, set_first(&siblings));
		cpu->thread = 0;
		set_foreach (other, &siblings)
			cpu->thread += other < cpu->id;
		return;
	}
	if (text)
		machine_complain(machine, "%s:%d: siblings='%s' is not a list of CPUs",
				 document->name, document->elements.v[element].line,
				 text);
	cpu->core = pair_number(&groups->cores, cpu->die >= 0 ? cpu->die : cpu->package,
				core);
}

static void read_cpu(const struct document *document, int element, int cell,
		     struct groups *groups, struct machine *machine)
{
	int id = small_number(document, element, "id", machine);
	struct machine_cpu *cpu;

	if (id < 0)
		return;
	if (set_has(&groups->cpus, (unsigned)id)) {
		set_add(&groups->again, (unsigned)id);
		return;
	}
	set_add(&groups->cpus, (unsigned)id);
	set_add(&vec_last(&machine->nodes)->cpus, (unsigned)id);
	cpu = machine_add_cpu(machine, id);
	cpu->node = cell;
	cpu->package = small_number(document, element, "socket_id", machine);
	cpu->die = pair_number(&groups->dies, cpu->package,
			       small_number(document, element, "die_id", machine));
	read_core(document, element, groups, cpu, machine);
}

/* An element has as many children as its attribute num claims. */
static void check_count(const struct document *document, int parent, const char *name,
			struct machine *machine)
{
	uint64_t claimed, n = 0;

	if (parent < 0 || !number(document, parent, "num", machine, &claimed))
		return;
	for (int child = document_child(document, parent, name); child >= 0;
	     child = document_next(document, child, name))
		n++;
	if (n != claimed)
		machine_complain(
			machine,
			"%s:%d: <%s> contradicts itself: num is %llu, and it lists %llu",
			document->name, document->elements.v[parent].line,
			document_element_name(document, parent),
			(unsigned long long)claimed, (unsigned long long)n);
}

static void tell_again(const struct document *document, int cell, struct groups *groups,
		       struct machine *machine)
{
	bool many = set_count(&groups->again) > 1;
	_cleanup_text_ struct text list = {};

	if (set_empty(&groups->again))
		return;
	text_add_set(&list, &groups->again);
	machine_complain(machine, "%s:%d: CPU%s %s occur%s twice; the first one%s used",
			 document->name, document->elements.v[cell].line, many ? "s" : "",
			 list.s, many ? "" : "s", many ? "s are" : " is");
	set_free(&groups->again);
	groups->again = (struct set){};
}

static void read_cell(const struct document *document, int cell, struct groups *groups,
		      struct machine *machine)
{
	int id = small_number(document, cell, "id", machine);
	int cpus = document_child(document, cell, "cpus");
	struct machine_node *node;

	if (id < 0)
		return;
	node = machine_add_node(machine, id);
	read_memory(document, cell, node, machine);
	read_pages(document, cell, node, machine);
	check_count(document, cpus, "cpu", machine);
	for (int cpu = cpus < 0 ? -1 : document_child(document, cpus, "cpu"); cpu >= 0;
	     cpu = document_next(document, cpu, "cpu"))
		read_cpu(document, cpu, id, groups, machine);
	tell_again(document, cell, groups, machine);
}

static size_t node_index(const struct machine *machine, int id)
{
	size_t i = 0;

	while (i < machine->nodes.n && machine->nodes.v[i].id != id)
		i++;
	return i;
}

static void read_siblings(const struct document *document, int cell, size_t from,
			  struct machine *machine)
{
	int distances = document_child(document, cell, "distances");
	size_t n = machine->nodes.n;

	for (int element = distances < 0 ? -1
					 : document_child(document, distances, "sibling");
	     element >= 0; element = document_next(document, element, "sibling")) {
		uint64_t value;
		size_t to = node_index(machine,
				       small_number(document, element, "id", machine));

		if (to == n || !number(document, element, "value", machine, &value))
			continue;
		if (!machine->distances)
			machine->distances = xcalloc(n * n, sizeof(*machine->distances));
		machine->distances[from * n + to] = (uint32_t)value;
	}
}

#define CELLS "host/topology/cells"

static int cells_of(const struct document *document, int root)
{
	int cells = document_find(document, root, CELLS);

	return cells < 0 ? -1 : document_child(document, cells, "cell");
}

static void free_groups(struct groups *groups)
{
	vec_free(&groups->dies);
	vec_free(&groups->cores);
	set_free(&groups->cpus);
}

static void read_cells(const struct document *document, int root, struct machine *machine)
{
	_cleanup_(free_groups) struct groups groups = {};
	size_t index = 0;

	check_count(document, document_find(document, root, CELLS), "cell", machine);
	for (int cell = cells_of(document, root);
	     cell >= 0 && machine->nodes.n <= MACHINE_NODE_LIMIT;
	     cell = document_next(document, cell, "cell"))
		read_cell(document, cell, &groups, machine);
	if (machine->nodes.n > MACHINE_NODE_LIMIT)
		return;
	for (int cell = cells_of(document, root); cell >= 0 && index < machine->nodes.n;
	     cell = document_next(document, cell, "cell"))
		if (small_number(document, cell, "id", machine) >= 0)
			read_siblings(document, cell, index++, machine);
}

/* The value for a pair; "read" or "access", and of memory itself, not of its caches. */
static struct machine_hmat *figure_of(const struct document *document, int element,
				      struct machine *machine)
{
	const char *type = document_attribute(document, element, "type");
	int from = small_number(document, element, "initiator", machine);
	int to = small_number(document, element, "target", machine);
	struct machine_hmat *figure;

	if (from < 0 || to < 0 || !type || streq(type, "write") ||
	    document_attribute(document, element, "cache"))
		return NULL;
	for (size_t i = 0; i < machine->hmat.n; i++)
		if (machine->hmat.v[i].initiator == from &&
		    machine->hmat.v[i].target == to)
			return &machine->hmat.v[i];
	figure = vec_add(&machine->hmat);
	figure->initiator = from;
	figure->target = to;
	return figure;
}

static void read_interconnects(const struct document *document, int root,
			       struct machine *machine)
{
	int parent = document_find(document, root, "host/topology/interconnects");

	for (int element = parent < 0 ? -1 : document_child(document, parent, NULL);
	     element >= 0; element = document_next(document, element, NULL)) {
		struct machine_hmat *figure = figure_of(document, element, machine);
		uint64_t value, bytes;

		if (!figure || !number(document, element, "value", machine, &value))
			continue;
		if (streq(document_element_name(document, element), "latency"))
			figure->latency_ns = (uint32_t)value;
		else if (size_with_unit(value,
					document_attribute(document, element, "unit"),
					&bytes) &&
			 bytes >> 20 <= UINT32_MAX)
			figure->bandwidth_mib_s = (uint32_t)(bytes >> 20);
	}
}

static void read_banks(const struct document *document, int root, struct machine *machine)
{
	int parent = document_find(document, root, "host/cache");

	for (int bank = parent < 0 ? -1 : document_child(document, parent, "bank");
	     bank >= 0; bank = document_next(document, bank, "bank")) {
		const char *type = document_attribute(document, bank, "type");
		const char *cpus = document_attribute(document, bank, "cpus");
		struct machine_cache cache = {
			.level = small_number(document, bank, "level", machine),
		};
		uint64_t size;

		if (cache.level < 0 || (type && streq(type, "code")) || !cpus ||
		    !number(document, bank, "size", machine, &size) ||
		    !size_with_unit(size, document_attribute(document, bank, "unit"),
				    &cache.size_bytes) ||
		    !set_parse(cpus, false, &cache.cpus))
			continue;
		*vec_add(&machine->caches) = cache;
	}
}

/* libvirt says "yes" if the kernel made groups. */
static void read_iommu(const struct document *document, int root, struct machine *machine)
{
	int element = document_find(document, root, "host/iommu");
	const char *support =
		element < 0 ? NULL : document_attribute(document, element, "support");

	machine->iommu = (struct machine_iommu){KNOWN_UNKNOWN, KNOWN_UNKNOWN,
						KNOWN_UNKNOWN, UNKNOWN_ID};
	if (support)
		machine->iommu.enabled = streq(support, "yes") ? KNOWN_YES : KNOWN_NO;
	machine_unknown_fact(machine, "iommu.remapping", "not reported by libvirt");
}

static int read_host(const struct document *document, struct machine *ret,
		     struct error *error)
{
	int root = document_child(document, -1, NULL), arch;

	ret->source = MACHINE_CAPABILITIES;
	if (!streq(document_element_name(document, root), "capabilities"))
		return error_input_at(error, document->name, 1,
				      "the root element is <%s>, not <capabilities>",
				      document_element_name(document, root));
	arch = document_find(document, root, "host/cpu/arch");
	if (arch >= 0)
		ret->architecture = document_content(document, arch);
	read_cells(document, root, ret);
	if (!ret->nodes.n)
		return error_input(
			error,
			"%s: has no <cells> in a host topology, so it does not describe a machine; use virt-layout record, or XML of lstopo, of that host",
			document->name);
	if (ret->nodes.n > MACHINE_NODE_LIMIT)
		return error_input(error, "%s: has more than %d cells", document->name,
				   MACHINE_NODE_LIMIT);
	read_interconnects(document, root, ret);
	read_banks(document, root, ret);
	read_iommu(document, root, ret);
	return 0;
}

int capabilities_read(const struct document *document, struct machine *ret,
		      struct error *error)
{
	if (read_host(document, ret, error) < 0)
		return -1;
	machine_settle(ret, true);
	return 0;
}

static void blank(char *at, const char *end)
{
	for (; at < end; at++)
		if (*at != '\n')
			*at = ' ';
}

/*
 * The dumps of devices before and after the capabilities in the same text, with what a
 * script printed between them; they go to *@ret, with their line numbers.
 */
static void split_devices(struct text *text, struct text *ret)
{
	static const char end[] = "</capabilities>";
	char *from = text->n ? strstr(text->s, "<capabilities") : NULL;
	char *to = from ? strstr(from, end) : NULL, *first;

	if (!to || memchr(text->s, 0, text->n))
		return;
	to += strlen(end);
	first = strstr(text->s, "<device>");
	if (first) {
		text_add(ret, text->s, (size_t)(from - text->s));
		for (const char *line = from; line < to; line++)
			if (*line == '\n')
				text_addc(ret, '\n');
		text_adds(ret, to);
	}
	if (first || !strchr(to, '<')) {
		text->n = (size_t)(to - text->s);
		*to = 0;
	}
	if ((first && first < from) || text->s[strspn(text->s, " \t\r\n")] != '<')
		blank(text->s, from);
}

/* The capabilities, and devices around them. */
static int read_text(const char *name, struct text *text, struct machine *ret,
		     struct error *error)
{
	_cleanup_document_ struct document document = {};
	_cleanup_text_ struct text devices = {};

	split_devices(text, &devices);
	if (document_parse(name, text->s, text->n, &document, error) < 0 ||
	    read_host(&document, ret, error) < 0)
		return -1;
	return devices.n ? nodedev_read_text(name, &devices, ret, error) : 0;
}

int capabilities_read_text(const char *name, struct text *text, struct machine *ret,
			   struct error *error)
{
	if (read_text(name, text, ret, error) < 0)
		return -1;
	if (ret->functions.n)
		nodedev_finish(ret);
	else
		machine_settle(ret, true);
	return 0;
}

/* A dump of devices by another name would be missed. */
static void note_unread(const struct tree *tree, const char *name,
			struct machine *machine)
{
	_cleanup_tree_ struct tree folder = {.fd = -1};

	if (*name == '.')
		return;
	machine_complain(machine, "%s is not read, because %s", name,
			 tree_sub(tree, name, &folder)
				 ? "it is a directory"
				 : "its name does not end with .xml");
}

static int read_devices(const char *path, struct machine *ret, struct error *error)
{
	_cleanup_fd_ int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_names_ struct tree_names names = {};
	_cleanup_tree_ struct tree tree = {.fd = -1};

	if (!tree_top(fd, ret, &tree))
		return error_system(error, 0, "%s: cannot be read as a directory", path);
	tree_list(&tree, ".", &names);
	for (size_t i = 0; i < names.n; i++) {
		_cleanup_free_ char *file = xasprintf("%s/%s", path, names.v[i]);
		_cleanup_text_ struct text text = {};

		if (streq(names.v[i], "capabilities.xml"))
			continue;
		if (!has_suffix(file, ".xml")) {
			note_unread(&tree, names.v[i], ret);
			continue;
		}
		if (file_read(file, FILE_LIMIT, &text, error) < 0 ||
		    utf16_to_utf8(file, &text, error) < 0 ||
		    nodedev_read_text(file, &text, ret, error) < 0)
			return -1;
	}
	return 0;
}

int capabilities_read_directory(const char *path, struct machine *ret,
				struct error *error)
{
	_cleanup_free_ char *file = xasprintf("%s/capabilities.xml", path);
	_cleanup_text_ struct text text = {};

	if (file_read(file, FILE_LIMIT, &text, error) < 0 ||
	    utf16_to_utf8(file, &text, error) < 0 ||
	    read_text(file, &text, ret, error) < 0 || read_devices(path, ret, error) < 0)
		return -1;
	nodedev_finish(ret);
	return 0;
}

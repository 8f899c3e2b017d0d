/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Theory of operation. The file is checked (hwloc-check.c), then given to hwloc as a
 * memory file, because its handling of buffers depends on libxml2's version. While hwloc
 * loads it, standard error is redirected to another memory file: hwloc prints its
 * messages there, and can only be silenced with the environment. Its output becomes a
 * complaint.
 */
#include "topology/hwloc-read.h"

#include "topology/hwloc-parts.h"

#include "base/xml/xml-library.h"
#include "base/file.h"

#include <fcntl.h>
#include <libxml/xmlerror.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#define WORDS_LIMIT 4096

/* Redirects standard error while hwloc may write to it. */
struct hush {
	int saved, words;
};

static struct hush hush_begin(void)
{
	struct hush hush = {-1, memfd_create("hwloc's messages", MFD_CLOEXEC)};

	if (hush.words < 0)
		return hush;
	fflush(stderr);
	hush.saved = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	if (hush.saved >= 0)
		dup2(hush.words, STDERR_FILENO);
	return hush;
}

static const char *last_words(const struct machine *machine)
{
	const char *last = machine->complaints.n ? *vec_last(&machine->complaints) : "";

	return has_prefix(last, "hwloc says: ") ? last : "no reason given";
}

/* The first sentence of its output, without the frames of asterisks around it. */
static void complain_of_words(struct machine *machine, char *words)
{
	char *rest = words, *line;

	while ((line = strsep(&rest, "\n"))) {
		_cleanup_text_ struct text shown = {};

		line += strspn(line, "* \t");
		if (!*line)
			continue;
		text_add_shown(&shown, line);
		machine_complain(machine, "hwloc says: %s", shown.s);
		return;
	}
}

static void hush_end(struct hush *hush, struct machine *machine)
{
	char words[WORDS_LIMIT + 1];
	ssize_t n;

	fflush(stderr);
	if (hush->saved >= 0)
		dup2(hush->saved, STDERR_FILENO);
	close_fd(&hush->saved);
	if (hush->words >= 0) {
		n = pread(hush->words, words, WORDS_LIMIT, 0);
		words[MAX(n, 0)] = 0;
		complain_of_words(machine, words);
	}
	close_fd(&hush->words);
}

/* hwloc's errno after a failed load is meaningless, so our message has none. */
static bool load(hwloc_topology_t topology, enum hwloc_type_filter_e io,
		 struct machine *machine)
{
	struct hush hush = hush_begin();
	bool loaded;

	sym_hwloc_topology_set_flags(topology, HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED);
	sym_hwloc_topology_set_io_types_filter(topology, io);
	loaded = sym_hwloc_topology_load(topology) == 0;
	hush_end(&hush, machine);
	return loaded;
}

/* Adds an index to those seen; false if it is already there or is out of range. */
static bool fresh(struct set *seen, int index)
{
	if (index < 0 || index >= SET_LIMIT || set_has(seen, (unsigned)index))
		return false;
	set_add(seen, (unsigned)index);
	return true;
}

/* What hwloc's loader accepts although no machine can be like that. */
static int check_loaded(const char *name, const struct machine *machine,
			struct error *error)
{
	_cleanup_set_ struct set nodes = {}, cpus = {};
	bool owner = false;

	for (size_t i = 0; i < machine->nodes.n; i++) {
		owner = owner || !set_empty(&machine->nodes.v[i].cpus);
		if (!fresh(&nodes, machine->nodes.v[i].id))
			return error_input(error, "%s: node %d occurs twice", name,
					   machine->nodes.v[i].id);
	}
	for (size_t i = 0; i < machine->cpus.n; i++)
		if (!fresh(&cpus, machine->cpus.v[i].id))
			return error_input(error, "%s: CPU %d occurs twice", name,
					   machine->cpus.v[i].id);
	if (!owner)
		return error_input(error, "%s: no NUMA node has a CPU", name);
	if (machine->source == MACHINE_SYNTHETIC && machine->nodes.n > MACHINE_NODE_LIMIT)
		return error_input(error, "%s: there are more than %d nodes", name,
				   MACHINE_NODE_LIMIT);
	return 0;
}

static char *info(hwloc_obj_t object, const char *name)
{
	for (unsigned i = 0; i < INFOS_COUNT(object); i++)
		if (streq(INFOS(object)[i].name, name))
			return xstrdup(INFOS(object)[i].value);
	return NULL;
}

static int take(hwloc_topology_t topology, const char *name, struct machine *ret,
		struct error *error)
{
	hwloc_read_shape(topology, ret);
	if (check_loaded(name, ret, error) < 0)
		return -1;
	hwloc_read_pci(topology, ret);
	ret->architecture = info(hwloc_root(topology), "Architecture");
	ret->iommu = (struct machine_iommu){KNOWN_UNKNOWN, KNOWN_UNKNOWN, KNOWN_UNKNOWN,
					    UNKNOWN_ID};
	machine_settle(ret, false);
	return 0;
}

/* libxml2's handler while hwloc is running; see above. */
struct handler {
	xmlGenericErrorFunc function;
	void *context;
};

static int load_libraries(struct error *error)
{
	if (xml_library_load(error) < 0) /* whose handler hwloc may replace */
		return -1;
	return hwloc_library_load(error);
}

static struct handler keep_handler(void)
{
	return (struct handler){*sym___xmlGenericError(),
				*sym___xmlGenericErrorContext()};
}

static void destroy(hwloc_topology_t topology, const struct handler *handler)
{
	sym_hwloc_topology_destroy(topology);
	sym_xmlSetGenericErrorFunc(handler->context, handler->function);
}

static int load_file(int fd, const char *name, struct machine *ret, struct error *error)
{
	_cleanup_free_ char *path = xasprintf("/proc/self/fd/%d", fd);
	struct handler handler = keep_handler();
	hwloc_topology_t topology;
	int rc = -1;

	if (sym_hwloc_topology_init(&topology) < 0)
		return error_system(error, 0, "cannot initialize hwloc");
	if (sym_hwloc_topology_set_xml(topology, path) < 0 ||
	    !load(topology, HWLOC_TYPE_FILTER_KEEP_ALL, ret))
		error_input(error, "%s: hwloc %s rejects this topology: %s", name,
			    HWLOC_VERSION, last_words(ret));
	else
		rc = take(topology, name, ret, error);
	destroy(topology, &handler);
	return rc;
}

int hwloc_read_xml(const char *name, const char *bytes, size_t n, struct machine *ret,
		   struct error *error)
{
	_cleanup_fd_ int fd = -1;

	ret->source = MACHINE_HWLOC;
	if (load_libraries(error) < 0 || hwloc_check_xml(name, bytes, n, ret, error) < 0)
		return -1;
	fd = memfd_create("hwloc.xml", MFD_CLOEXEC);
	if (fd < 0)
		return error_system(error, 0, "cannot create a memfd");
	if (file_write_fd(fd, name, bytes, n, error) < 0)
		return -1;
	return load_file(fd, name, ret, error);
}

/* hwloc makes up 1 GiB if nothing, or 0, was specified. */
static void forget_memory(struct machine *machine)
{
	for (size_t i = 0; i < machine->nodes.n; i++) {
		machine->nodes.v[i].memory_bytes = UNKNOWN_U64;
		machine->nodes.v[i].huge_known = KNOWN_UNKNOWN;
		vec_free(&machine->nodes.v[i].huge);
	}
}

int hwloc_read_synthetic(const char *description, struct machine *ret,
			 struct error *error)
{
	struct handler handler;
	hwloc_topology_t topology;
	int rc = -1;

	ret->source = MACHINE_SYNTHETIC;
	if (hwloc_check_synthetic(description, error) < 0 || load_libraries(error) < 0)
		return -1;
	handler = keep_handler();
	if (sym_hwloc_topology_init(&topology) < 0)
		return error_system(error, 0, "cannot initialize hwloc");
	if (sym_hwloc_topology_set_synthetic(topology, description) < 0 ||
	    !load(topology, HWLOC_TYPE_FILTER_KEEP_NONE, ret))
		error_input(
			error,
			"synthetic:%s: rejected by hwloc; an example that it accepts is \"pack:2 numa:1 core:4 pu:2\"",
			description);
	else
		rc = take(topology, "synthetic", ret, error);
	destroy(topology, &handler);
	if (rc == 0 && !strstr(description, "memory="))
		forget_memory(ret);
	ret->pci_known = KNOWN_NO;
	return rc;
}

void hwloc_name_nodes(struct machine *machine)
{
	_cleanup_error_ struct error error = {};
	struct handler handler;
	hwloc_topology_t topology;
	hwloc_obj_t object = NULL;

	if (load_libraries(&error) < 0) {
		machine_complain(machine, "%s", error.message);
		return;
	}
	handler = keep_handler();
	if (sym_hwloc_topology_init(&topology) < 0)
		return;
	if (load(topology, HWLOC_TYPE_FILTER_KEEP_NONE, machine) &&
	    sym_hwloc_topology_is_thissystem(topology))
		while ((object = hwloc_next(topology, HWLOC_OBJ_NUMANODE, object))) {
			struct machine_node *node =
				machine_node(machine, (int)object->os_index);

			if (node && !node->kind)
				node->kind = xstrdup(object->subtype);
		}
	destroy(topology, &handler);
}

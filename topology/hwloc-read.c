/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Theory of operation. The file is checked (hwloc-check.c), then given to hwloc as a
 * memory file, because its handling of buffers depends on libxml2's version. While hwloc
 * loads it, standard error is redirected to another memory file: hwloc prints its
 * messages there. With HWLOC_XML_VERBOSE it says why it rejects a file; each of those
 * lines begins with the name of the file, which is the number of our descriptor. They
 * are used if the file is rejected. Of the others the first one becomes a complaint.
 *
 * hwloc 2.10 and later read files of version 3.0 as if they were 2.0, without any other
 * difference (hwloc's topology-xml.c). An older hwloc rejects them, so we do the same
 * then: the file is given to it once more, as version 2.0.
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

#define OTHER_WAY                                                                        \
	"; export it on that host with \"lstopo --export-xml-flags v2\", or use virt-layout record there"

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

/* What hwloc printed while it loaded a file. */
struct words {
	char *reason; /* the last line about the XML, without the file's name */
	char *first;  /* of the other lines */
};

static void words_free(struct words *words)
{
	free(words->reason);
	free(words->first);
}
#define _cleanup_words_ _cleanup_(words_free)

/* Without the frames of asterisks around a line. */
static void sort_words(char *output, int fd, struct words *ret)
{
	_cleanup_free_ char *prefix = xasprintf("%d: ", fd);
	char *rest = output, *line;

	while ((line = strsep(&rest, "\n"))) {
		line += strspn(line, "* \t");
		if (has_suffix(line, "XML component discovery failed."))
			continue; /* which says nothing about the file */
		if (has_prefix(line, prefix)) {
			free(ret->reason);
			ret->reason = xstrdup(line + strlen(prefix));
		} else if (*line && !ret->first) {
			ret->first = xstrdup(line);
		}
	}
}

static void hush_end(struct hush *hush, int fd, struct words *ret)
{
	char output[WORDS_LIMIT + 1];
	ssize_t n;

	fflush(stderr);
	if (hush->saved >= 0)
		dup2(hush->saved, STDERR_FILENO);
	close_fd(&hush->saved);
	if (hush->words >= 0) {
		n = pread(hush->words, output, WORDS_LIMIT, 0);
		output[MAX(n, 0)] = 0;
		sort_words(output, fd, ret);
	}
	close_fd(&hush->words);
}

static void complain_of_words(struct machine *machine, const struct words *words)
{
	_cleanup_text_ struct text shown = {};

	if (!words->first)
		return;
	text_add_shown(&shown, words->first);
	machine_complain(machine, "hwloc says: %s", shown.s);
}

/* A file that is given to hwloc. */
struct file {
	const char *name;
	int fd;
	struct hwloc_format format;
	struct words words;
};

static int reject(const struct file *file, struct error *error)
{
	const struct words *words = &file->words;
	const char *why = words->reason ? words->reason : words->first;
	_cleanup_text_ struct text shown = {};

	text_add_shown(&shown, why ? why : "no reason given");
	return error_input(error, "%s: hwloc %s rejects this topology: %s%s", file->name,
			   HWLOC_VERSION, shown.s,
			   file->format.major > 2 ? OTHER_WAY : "");
}

/* hwloc's errno after a failed load is meaningless, so our message has none. */
static bool load(hwloc_topology_t topology, enum hwloc_type_filter_e io, int fd,
		 struct words *ret)
{
	struct hush hush = hush_begin();
	bool loaded;

	sym_hwloc_topology_set_flags(topology, HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED);
	sym_hwloc_topology_set_io_types_filter(topology, io);
	loaded = sym_hwloc_topology_load(topology) == 0;
	hush_end(&hush, fd, ret);
	return loaded;
}

/* Adds an index to those seen; false if it was seen before or is out of range. */
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
	/* hwloc looks at it only once. */
	setenv("HWLOC_XML_VERBOSE", "1", 1);
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

/* The topology is to be destroyed in any case. */
static bool load_xml(hwloc_topology_t topology, struct file *file)
{
	_cleanup_free_ char *path = xasprintf("/proc/self/fd/%d", file->fd);

	return sym_hwloc_topology_set_xml(topology, path) == 0 &&
	       load(topology, HWLOC_TYPE_FILTER_KEEP_ALL, file->fd, &file->words);
}

/* *@ret_loaded: whether hwloc accepted it. */
static int load_file(struct file *file, struct machine *ret, bool *ret_loaded,
		     struct error *error)
{
	struct handler handler = keep_handler();
	hwloc_topology_t topology;
	int rc = -1;

	if (sym_hwloc_topology_init(&topology) < 0)
		return error_system(error, 0, "cannot initialize hwloc");
	*ret_loaded = load_xml(topology, file);
	if (*ret_loaded) {
		complain_of_words(ret, &file->words);
		rc = take(topology, file->name, ret, error);
	}
	destroy(topology, &handler);
	return rc;
}

/* Makes a file of version 3.0 one of version 2.0; false if it is another version. */
static bool lower_version(const struct file *file, const char *bytes)
{
	const char *end = bytes + file->format.root_end, *at = end, *version;

	while (at > bytes && *at != '<')
		at--;
	version = strstr(at, "version=");
	if (!file->format.root_end || !version || version >= end)
		return false;
	version += strlen("version=");
	return has_prefix(version + 1, "3.0") && version[4] == version[0] &&
	       pwrite(file->fd, "2", 1, version + 1 - bytes) == 1;
}

static int load_either(struct file *file, const char *bytes, struct machine *ret,
		       struct error *error)
{
	bool loaded = false;
	int rc = load_file(file, ret, &loaded, error);

	if (rc == 0 || loaded || error->status)
		return rc;
	if (lower_version(file, bytes)) {
		words_free(&file->words);
		file->words = (struct words){};
		rc = load_file(file, ret, &loaded, error);
	}
	return rc == 0 || loaded || error->status ? rc : reject(file, error);
}

int hwloc_read_xml(const char *name, const char *bytes, size_t n, struct machine *ret,
		   struct error *error)
{
	struct file file = {.name = name};
	_cleanup_fd_ int fd = -1;
	int rc;

	ret->source = MACHINE_HWLOC;
	if (load_libraries(error) < 0)
		return -1;
	rc = hwloc_check_xml(name, bytes, n, ret, &file.format, error);
	if (rc == 0) {
		file.fd = fd = memfd_create("hwloc.xml", MFD_CLOEXEC);
		rc = fd < 0 ? error_system(error, 0, "cannot create a memfd")
			    : file_write_fd(fd, name, bytes, n, error);
	}
	if (rc == 0)
		rc = load_either(&file, bytes, ret, error);
	if (rc == 0 && !ret->architecture)
		ret->architecture = TAKE(file.format.architecture);
	free(file.format.architecture);
	words_free(&file.words);
	return rc;
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
	_cleanup_words_ struct words words = {};
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
	    !load(topology, HWLOC_TYPE_FILTER_KEEP_NONE, -1, &words))
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
	_cleanup_words_ struct words words = {};
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
	if (load(topology, HWLOC_TYPE_FILTER_KEEP_NONE, -1, &words) &&
	    sym_hwloc_topology_is_thissystem(topology))
		while ((object = hwloc_next(topology, HWLOC_OBJ_NUMANODE, object))) {
			struct machine_node *node =
				machine_node(machine, (int)object->os_index);

			if (node && !node->kind)
				node->kind = xstrdup(object->subtype);
		}
	destroy(topology, &handler);
}

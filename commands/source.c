/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "commands/source.h"

#include "base/xml/document.h"
#include "base/file.h"
#include "base/utf16.h"
#include "commands/installed.h"
#include "planner/guest/predict/predict.h"
#include "planner/qemu/emulators.h"
#include "topology/agree.h"
#include "topology/facts.h"
#include "topology/pci-access.h"
#include "topology/readers.h"
#include "topology/record.h"
#include "topology/sysfs-initiators.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#define KINDS                                                                                    \
	"live, a file (record, XML of lstopo, of a libvirt domain, of virsh "                    \
	"capabilities or of NCCL), a directory (containing sys/devices, devices/system/node or " \
	"capabilities.xml), or synthetic:STRING"

#define SYNTHETIC "synthetic:"
/* A record of them stays well below FILE_LIMIT, whatever has to be escaped. */
#define FILES_BYTES (8u << 20)

/* The bytes of a file and its name in messages. */
struct input {
	const char *name;
	const struct target_wish *target; /* of a domain */
	struct document *domain; /* of one that is only parsed; NULL: it is predicted */
	struct text text;
};

static int read_record(const struct input *input, struct machine *ret,
		       struct error *error)
{
	_cleanup_document_ struct document document = {};

	if (document_parse(input->name, input->text.s, input->text.n, &document, error) <
	    0)
		return -1;
	return record_read(&document, ret, error);
}

/* What the domain's own kernel will see. */
static int read_domain(const struct input *input, struct machine *ret,
		       struct error *error)
{
	_cleanup_document_ struct document document = {};

	if (input->domain)
		return document_parse(input->name, input->text.s, input->text.n,
				      input->domain, error);
	if (document_parse(input->name, input->text.s, input->text.n, &document, error) <
	    0)
		return -1;
	return predict_document(&document, input->target, ret, error);
}

static int read_hwloc(const struct input *input, struct machine *ret, struct error *error)
{
	return hwloc_read_xml(input->name, input->text.s, input->text.n, ret, error);
}

static int read_capabilities(const struct input *input, struct machine *ret,
			     struct error *error)
{
	struct text text = input->text;

	return capabilities_read_text(input->name, &text, ret, error);
}

static int read_nccl(const struct input *input, struct machine *ret, struct error *error)
{
	_cleanup_document_ struct document document = {};

	if (document_parse(input->name, input->text.s, input->text.n, &document, error) <
	    0)
		return -1;
	return nccl_read(&document, ret, error);
}

static const struct {
	const char *root; /* local name of the root element */
	int (*read)(const struct input *input, struct machine *ret, struct error *error);
} files[] = {
	{"host", read_record},   {"topology", read_hwloc},
	{"domain", read_domain}, {"capabilities", read_capabilities},
	{"system", read_nccl},
};

/* After a comment, instruction or DOCTYPE at @s; NULL if it does not end. */
static const char *skip_markup(const char *s)
{
	static const char *const ends[][2] = {{"<!--", "-->"}, {"<?", "?>"}};
	int depth = 0;

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
		if (has_prefix(s, ends[i][0])) {
			s = strstr(s + strlen(ends[i][0]), ends[i][1]);
			return s ? s + strlen(ends[i][1]) : NULL;
		}
	/* hwloc writes <!DOCTYPE topology SYSTEM "hwloc2.dtd">. */
	for (; *s; s++) {
		depth += (*s == '[') - (*s == ']');
		if (*s == '>' && depth <= 0)
			return s + 1;
	}
	return NULL;
}

/* The local name of the root element of what may be XML; NULL if it is not XML. */
static char *root_name(const char *s)
{
	size_t n;

	if (has_prefix(s, "\xef\xbb\xbf"))
		s += 3;
	for (;;) {
		s += strspn(s, " \t\r\n");
		if (*s != '<')
			return NULL;
		if (s[1] != '!' && s[1] != '?')
			break;
		s = skip_markup(s);
		if (!s)
			return NULL;
	}
	s++;
	n = strcspn(s, " \t\r\n/>:");
	if (s[n] == ':') {
		s += n + 1;
		n = strcspn(s, " \t\r\n/>");
	}
	return n > 0 && n < 64 ? xstrndup(s, n) : NULL;
}

/* gzip, bzip2, xz, zstd, zip, by their first bytes. */
static bool is_packed(const struct text *text)
{
	static const char *const magic[] = {"\x1f\x8b", "BZh",
					    "\xfd"
					    "7zXZ",
					    "\x28\xb5\x2f\xfd", "PK\x03\x04"};

	for (size_t i = 0; i < ARRAY_SIZE(magic); i++)
		if (text->n > 6 && memcmp(text->s, magic[i], strlen(magic[i])) == 0)
			return true;
	return false;
}

/* POSIX pax: the name of the format is at 257. */
static bool is_archive(const struct text *text)
{
	static const char magic[] = "ustar";
	size_t at = 257;

	return text->n >= at + strlen(magic) &&
	       memcmp(text->s + at, magic, strlen(magic)) == 0;
}

/* After dumps of devices, or after what a script printed. */
static bool holds_capabilities(const struct text *text, const char *root)
{
	return (!root || streq(root, "device")) && text->n > 0 &&
	       memchr(text->s, '\0', text->n) == NULL &&
	       strstr(text->s, "<capabilities>") && strstr(text->s, "</capabilities>");
}

static int reject(const char *name, const struct text *text, struct error *error)
{
	if (text->n == 0)
		return error_input(error, "%s: is empty; SOURCE must be " KINDS, name);
	if (is_packed(text))
		return error_input(
			error,
			"%s: is compressed; decompress it first and give the file or directory",
			name);
	if (is_archive(text))
		return error_input(error,
				   "%s: is an archive; unpack it and give the directory",
				   name);
	return error_input(error, "%s: is not XML; SOURCE must be " KINDS, name);
}

static int read_file(const char *path, const struct source_options *options,
		     struct machine *ret, struct document *domain, struct error *error)
{
	_cleanup_text_ struct text text = {};
	struct input input = {.name = streq(path, "-") ? "standard input" : path,
			      .target = &options->target,
			      .domain = domain};
	_cleanup_free_ char *root = NULL;

	if (file_read(path, FILE_LIMIT, &text, error) < 0)
		return -1;
	if (utf16_to_utf8(input.name, &text, error) < 0)
		return -1;
	input.text = text;
	if (text.n > 0 && memchr(text.s, '\0', text.n) == NULL)
		root = root_name(text.s);
	if (holds_capabilities(&text, root)) {
		free(root);
		root = xstrdup("capabilities");
	}
	for (size_t i = 0; root && i < ARRAY_SIZE(files); i++)
		if (streq(files[i].root, root))
			return files[i].read(&input, ret, error);
	if (root && (streq(root, "device") || streq(root, "devices")))
		return error_input(
			error,
			"%s: describes devices only; put it into a directory, with the output of virsh capabilities as capabilities.xml next to it, and specify the directory",
			input.name);
	if (root)
		return error_input(
			error,
			"%s: root element <%s> does not describe a machine; SOURCE must be " KINDS,
			input.name, root);
	return reject(input.name, &text, error);
}

static int read_tree(int fd, const char *name, enum machine_source source,
		     const struct source_options *options, struct machine *ret,
		     struct error *error)
{
	struct config_source config;
	struct sysfs_source from = {.root_fd = fd,
				    .name = name,
				    .source = source,
				    .keep_files = options->facts};
	struct facts_source facts = {.root_fd = fd,
				     .source = source,
				     .keep_files = options->facts,
				     .identify = options->identify};
	int rc;

	if (source == MACHINE_LIVE && pciaccess_begin(&config))
		from.config = &config;
	rc = sysfs_read_source(&from, ret, error);
	if (rc == 0)
		sysfs_read_initiators(fd, ret);
	if (from.config)
		pciaccess_end();
	if (rc == 0 && options->facts) {
		facts_gather(&facts, ret);
		firmware_gather(fd, ret);
		if (source == MACHINE_LIVE)
			emulators_gather(ret);
	} else if (rc == 0) {
		facts_gather_vdpa(&facts, ret);
	}
	return rc;
}

static bool holds(int fd, const char *path)
{
	struct stat status;

	return fstatat(fd, path, &status, 0) == 0;
}

static int read_directory(int fd, const char *path, const struct source_options *options,
			  struct machine *ret, struct error *error)
{
	if (holds(fd, "sys/devices") || holds(fd, "devices/system/node"))
		return read_tree(fd, path, MACHINE_SYSFS, options, ret, error);
	if (holds(fd, "capabilities.xml"))
		return capabilities_read_directory(path, ret, error);
	return error_input(
		error,
		"%s: contains neither sys/devices nor devices/system/node nor capabilities.xml; SOURCE must be " KINDS,
		path);
}

static int read_live(const struct source_options *options, struct machine *ret,
		     struct error *error)
{
	_cleanup_fd_ int fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return error_system(error, errno, "/");
	if (read_tree(fd, "this machine", MACHINE_LIVE, options, ret, error) < 0)
		return -1;
	/* With only one node the kind of its memory does not matter. */
	if (ret->nodes.n > 1)
		hwloc_name_nodes(ret);
	return 0;
}

static int read_path(const char *path, const struct source_options *options,
		     struct machine *ret, struct document *domain, struct error *error)
{
	_cleanup_fd_ int fd = -1;

	if (!streq(path, "-"))
		fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		return read_directory(fd, path, options, ret, error);
	if (!streq(path, "-") && errno == ENOENT)
		return error_input(error, "%s: no such file; SOURCE must be " KINDS,
				   *path ? path : "''");
	return read_file(path, options, ret, domain, error);
}

int source_add_locality(struct source_options *options, const char *string,
			struct error *error)
{
	struct locality *locality;
	unsigned domain, first, last;
	int n = 0, node = -1;

	if (sscanf(string, "%8x:%2x-%2x=%n", &domain, &first, &last, &n) < 3 || n == 0) {
		n = 0;
		last = sscanf(string, "%8x:%2x=%n", &domain, &first, &n) == 2 ? first : 0;
	}
	if (n == 0 || !parse_int(string + n, &node) || node < 0 || last < first ||
	    strchr("-+ \t", string[0]))
		return error_input(
			error,
			"--locality %s: is not DOMAIN:BUS[-BUS]=NODE, for example 0000:80-ff=1",
			string);
	locality = vec_add(&options->localities);
	*locality = (struct locality){domain, (uint8_t)first, (uint8_t)last, node};
	return 0;
}

int source_set_locality(void *target, const struct option_row *row, const char *value,
			struct error *error)
{
	(void)row;
	return source_add_locality(target, value, error);
}

int source_set_target(void *target, const struct option_row *row, const char *value,
		      struct error *error)
{
	struct source_options *options = target;

	if (target_wish_set(&options->target, row, value, error) < 0)
		return -1;
	options->target_given = true;
	return 0;
}

int source_find_target(struct source_options *options, struct error *error)
{
	return options->target.installed
		       ? installed_target("x86_64", &options->target.found, error)
		       : 0;
}

void source_options_free(struct source_options *options)
{
	vec_free(&options->localities);
}

/* Sets only unknown nodes; true if there were any. */
static bool place(struct machine_affinity *affinity, int node)
{
	if (affinity->what == AFFINITY_NODE)
		return false;
	machine_affinity_set(affinity, node, AFFINITY_FROM_USER);
	return true;
}

/* The root bus and the functions on it; the number of nodes that were set. */
static size_t place_root(struct machine *machine, size_t index, int node)
{
	size_t placed = place(&machine->roots.v[index].affinity, node);

	for (size_t i = 0; i < machine->functions.n; i++)
		if (machine->functions.v[i].root == (int)index)
			placed += place(&machine->functions.v[i].affinity, node);
	return placed;
}

static int apply_locality(struct machine *machine, const struct locality *locality,
			  struct error *error)
{
	size_t there = 0, placed = 0;

	if (!machine_node(machine, locality->node))
		return error_input(error, "--locality: the machine has no node %d",
				   locality->node);
	for (size_t i = 0; i < machine->roots.n; i++) {
		const struct machine_root *root = &machine->roots.v[i];

		if (root->domain != locality->domain ||
		    root->first_bus < locality->first_bus ||
		    root->first_bus > locality->last_bus)
			continue;
		there++;
		placed += place_root(machine, i, locality->node);
	}
	if (!there)
		return error_input(
			error,
			"--locality %04x:%02x-%02x: the machine has no root bus there",
			locality->domain, locality->first_bus, locality->last_bus);
	if (!placed)
		machine_complain(
			machine,
			"--locality %04x:%02x-%02x changes nothing: the nodes of all functions there are known",
			locality->domain, locality->first_bus, locality->last_bus);
	return 0;
}

static void note_loose_cpus(struct machine *machine)
{
	_cleanup_set_ struct set cpus = {};
	_cleanup_text_ struct text text = {};

	machine_loose_cpus(machine, &cpus);
	if (set_empty(&cpus) || !machine->nodes.n)
		return;
	text_adds(&text, set_count(&cpus) > 1 ? "CPUs " : "CPU ");
	text_add_set(&text, &cpus);
	machine_complain(
		machine,
		"%s: not on any node in this source, so a guest that mirrors this machine will not have %s",
		text.s, set_count(&cpus) > 1 ? "them" : "it");
}

/* What the options want of a machine that was read. */
static int apply(const struct source_options *options, struct machine *ret,
		 struct error *error)
{
	int rc = 0;

	machine_agree(ret);
	note_loose_cpus(ret);
	for (size_t i = 0; rc == 0 && i < options->localities.n; i++)
		rc = apply_locality(ret, &options->localities.v[i], error);
	if (rc == 0 && options->facts) {
		facts_unknown(
			ret,
			"this kind of source describes only the topology of the machine");
		machine_trim_files(ret, FILES_BYTES);
		if (!options->identify)
			machine_anonymise(ret);
	}
	return rc;
}

int source_read_either(const char *source, const struct source_options *options,
		       struct machine *ret, struct document *ret_domain,
		       struct error *error)
{
	int rc;

	if (streq(source, "live"))
		rc = read_live(options, ret, error);
	else if (has_prefix(source, SYNTHETIC))
		rc = hwloc_read_synthetic(source + strlen(SYNTHETIC), ret, error);
	else
		rc = read_path(source, options, ret, ret_domain, error);
	if (rc == 0 && ret_domain && ret_domain->name)
		return 0;
	if (rc == 0 && options->target_given && ret->source != MACHINE_GUEST)
		rc = error_input(error, "--target: %s is not a domain", source);
	return rc < 0 ? -1 : apply(options, ret, error);
}

int source_read(const char *source, const struct source_options *options,
		struct machine *ret, struct error *error)
{
	return source_read_either(source, options, ret, NULL, error);
}

int source_read_domain(const struct document *domain,
		       const struct source_options *options, struct machine *ret,
		       struct error *error)
{
	if (predict_document(domain, &options->target, ret, error) < 0)
		return -1;
	return apply(options, ret, error);
}

int source_read_option(const char *name, const char *source,
		       const struct source_options *options, struct machine *ret,
		       struct error *error)
{
	if (source_read(source, options, ret, error) < 0)
		return option_wrap(error, name, source);
	return 0;
}

void source_show_complaints(const struct machine *machine)
{
	enum { SHOWN = 10 };

	for (size_t i = 0; i < machine->complaints.n && i < SHOWN; i++) {
		_cleanup_text_ struct text text = {};

		text_add_shown(&text, machine->complaints.v[i]);
		fprintf(stderr, "virt-layout: note: %s\n", text.s);
	}
	if (machine->complaints.n > SHOWN)
		fprintf(stderr, "virt-layout: note: %zu more like this\n",
			machine->complaints.n - SHOWN);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/plan/request/flags.h"

#include "base/utf8.h"

static void set_string(char **string, const char *value)
{
	free(*string);
	*string = xstrdup(value);
}

static int set_number(void *target, const struct option_row *row, const char *value,
		      struct error *error)
{
	int *to = target;

	if (parse_int(value, to) && *to >= 0)
		return 0;
	return option_error(error, row->name, value,
			    "must be a whole number, 0 or greater");
}

static int add_node(void *target, const struct option_row *row, const char *value,
		    struct error *error)
{
	if (request_add_node(target, value, error) < 0)
		return option_wrap(error, row->name, value);
	return 0;
}

static int add_device(void *target, const struct option_row *row, const char *value,
		      struct error *error)
{
	_cleanup_free_ char *full = NULL;

	/* For a NIC the short name has one meaning. */
	if (streq(row->name, "nic") && has_prefix(value, "virtio") &&
	    (value[strlen("virtio")] == ',' || !value[strlen("virtio")]))
		full = xasprintf("virtio-net%s", value + strlen("virtio"));
	if (request_add_device(target, full ? full : value, error) < 0)
		return option_wrap(error, row->name, value);
	return 0;
}

static int add_hostdev(void *target, const struct option_row *row, const char *value,
		       struct error *error)
{
	if (request_add_hostdev(target, value, error) < 0)
		return option_wrap(error, row->name, value);
	return 0;
}

static int set_cpus(void *target, const struct option_row *row, const char *value,
		    struct error *error)
{
	struct mirror_options *mirror = target;
	int count;

	if (set_number(&count, row, value, error) < 0)
		return -1;
	if (count == 0)
		return option_error(error, row->name, value,
				    "a node must have at least one CPU");
	mirror->cpus_per_node = (unsigned)count;
	return 0;
}

/* N[,for=KIND] */
static int set_spare(void *target, const struct option_row *row, const char *value,
		     struct error *error)
{
	struct request *request = target;
	_cleanup_free_ char *copy = xstrdup(value), *names = device_kind_names();
	char *kind = copy, *count = strsep(&kind, ",");

	request->spare_for = NULL;
	if (kind && has_prefix(kind, "for="))
		request->spare_for = device_kind_named(
			streq(kind, "for=virtio") ? "virtio-net" : kind + strlen("for="));
	if (kind && !request->spare_for)
		return option_error(error, row->name, value,
				    "must be N or N,for=KIND; the kinds are %s", names);
	return set_number(&request->spare_ports, row, count, error);
}

static int set_mirror(void *target, const struct option_row *row, const char *value,
		      struct error *error)
{
	(void)row;
	return mirror_limit(target, value, error);
}

static int set_memory(void *target, const struct option_row *row, const char *value,
		      struct error *error)
{
	uint64_t *size_bytes = target;

	if (option_size(row, value, 0, size_bytes, error) < 0)
		return -1;
	if (*size_bytes < UINT64_C(1) << 20)
		return option_error(error, row->name, value, "QEMU needs 1 MiB or more");
	return 0;
}

static int set_per(void *target, const struct option_row *row, const char *value,
		   struct error *error)
{
	struct request *request = target;

	request->per_given = true;
	return option_set_choice(&request->per, row, value, error);
}

static int set_firmware(void *target, const struct option_row *row, const char *value,
			struct error *error)
{
	struct request *request = target;

	request->firmware_given = true;
	return option_set_choice(&request->firmware, row, value, error);
}

/* The option of smmuv3 is remembered apart from the model. */
static int set_iommu(void *target, const struct option_row *row, const char *value,
		     struct error *error)
{
	struct request *request = target;
	const char *comma = strchr(value, ',');
	_cleanup_free_ char *model =
		xstrndup(value, comma ? (size_t)(comma - value) : strlen(value));

	request->accelerates = comma != NULL;
	return option_set_copy(&request->iommu, row, model, error);
}

static int set_hugepages(void *target, const struct option_row *row, const char *value,
			 struct error *error)
{
	uint64_t *size_bytes = target;

	if (option_size(row, value, 0, size_bytes, error) < 0)
		return -1;
	if (*size_bytes < 65536 || (*size_bytes & (*size_bytes - 1)) != 0)
		return option_error(
			error, row->name, value,
			"the size must be a power of two, such as 2MiB or 1GiB");
	return 0;
}

/* per-node[=N] */
static int set_iothreads(void *target, const struct option_row *row, const char *value,
			 struct error *error)
{
	static const char word[] = "per-node";
	struct request *request = target;
	const char *count = value + strlen(word);
	int n = 1;

	if (!has_prefix(value, word) ||
	    (*count && (*count != '=' || !parse_int(count + 1, &n) || n < 1 ||
			n > (int)QUEUES_MOST)))
		return option_error(
			error, row->name, value,
			"must be per-node or per-node=N, with 1 to 1022 threads for each node");
	request->iothreads = (unsigned)n;
	return 0;
}

/* node|N */
static int set_queues(void *target, const struct option_row *row, const char *value,
		      struct error *error)
{
	struct request *request = target;
	int n = 0;

	if (!streq(value, "node") &&
	    (!parse_int(value, &n) || n < 1 || n > (int)QUEUES_MOST))
		return option_error(error, row->name, value,
				    "must be node or a number from 1 to 1022");
	request->queues = n > 0 ? (unsigned)n : QUEUES_PER_NODE;
	return 0;
}

static int set_override(void *target, const struct option_row *row, const char *value,
			struct error *error)
{
	struct request *request = target;

	if (option_check(row, value, error) < 0)
		return -1;
	if (streq(value, "link"))
		request->override_link = true;
	else
		request->override_clique = true;
	return 0;
}

/* DEVICE=NODE; a MAC has colons, a target or an alias no '='. */
static int add_place(void *target, const struct option_row *row, const char *value,
		     struct error *error)
{
	struct request *request = target;
	const char *equals = strrchr(value, '=');
	struct request_place *place;
	int cell;

	if (!equals || equals == value || !parse_int(equals + 1, &cell) || cell < 0)
		return option_error(
			error, row->name, value,
			"must be DEVICE=NODE, where DEVICE is a disk's target, a MAC, an alias or a host address; for example vdb=1");
	place = vec_add(&request->places);
	place->device = xstrndup(value, (size_t)(equals - value));
	place->cell = cell;
	return 0;
}

/* user[,port=N] or network=NAME */
static int set_mgmt(void *target, const struct option_row *row, const char *value,
		    struct error *error)
{
	static const char with_port[] = "user,port=";
	struct request *request = target;
	int port = 0;

	if (has_prefix(value, with_port)) {
		if (!parse_int(value + strlen(with_port), &port) || port < 1 ||
		    port > UINT16_MAX)
			return option_error(error, row->name, value,
					    "the port must be a number from 1 to 65535");
		value = "user";
	}
	if (!streq(value, "user") &&
	    (!has_prefix(value, "network=") || !value[strlen("network=")]))
		return option_error(error, row->name, value,
				    "must be user, user,port=N or network=NAME");
	request->mgmt_port = (unsigned)port;
	set_string(&request->mgmt, value);
	return 0;
}

/* Text that is valid in XML: UTF-8 without control characters. */
static bool is_plain(const char *string)
{
	for (size_t n; *string; string += n) {
		n = utf8_length(string);
		if (n == 0 || (unsigned char)*string < ' ' || *string == 0x7f)
			return false;
	}
	return true;
}

/* libvirt uses a domain's name as a file name (domain_conf.c, no '/' or newline). */
static int set_name(void *target, const struct option_row *row, const char *value,
		    struct error *error)
{
	if (!*value || strchr(value, '/') || !is_plain(value))
		return option_error(
			error, row->name, value,
			"a domain's name must be UTF-8 without / or control characters");
	set_string(target, value);
	return 0;
}

static int set_word(void *target, const struct option_row *row, const char *value,
		    struct error *error)
{
	if (!*value)
		return option_error(error, row->name, value, "must not be empty");
	set_string(target, value);
	return 0;
}

/* host-passthrough+vmx+x2apic: libvirt's modes that need no model, and features. */
static int set_cpu(void *target, const struct option_row *row, const char *value,
		   struct error *error)
{
	static const struct option_row modes = {
		.name = "cpu", .choices = "host-passthrough|host-model|maximum"};
	static const char sign[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	_cleanup_free_ char *mode = xstrndup(value, strcspn(value, "+"));

	if (option_check(&modes, mode, error) < 0)
		return -1;
	for (const char *s = value + strlen(mode); *s;) {
		size_t n = strspn(++s, sign);

		if (n == 0 || (s[n] && s[n] != '+'))
			return option_error(
				error, row->name, value,
				"must be MODE or MODE+FEATURE..., for example host-passthrough+vmx");
		s += n;
	}
	set_string(target, value);
	return 0;
}

/* Rejects here what XML cannot contain, so that the message names the option. */
static int set_path(void *target, const struct option_row *row, const char *value,
		    struct error *error)
{
	if (!*value || !is_plain(value))
		return option_error(error, row->name, value,
				    "must be a path in UTF-8 without control characters");
	set_string(target, value);
	return 0;
}

/* FILE[,node=N] */
static int set_disk(void *target, const struct option_row *row, const char *value,
		    struct error *error)
{
	static const char key[] = ",node=";
	struct request *request = target;
	_cleanup_free_ char *path = xstrdup(value);
	char *place = strrchr(path, ',');

	request->disk_cell = NO_CELL;
	if (place && has_prefix(place, key)) {
		if (!parse_int(place + strlen(key), &request->disk_cell) ||
		    request->disk_cell < 0)
			return option_error(
				error, row->name, value,
				"the node must be a whole number, 0 or greater");
		*place = '\0';
	}
	return set_path(&request->disk, row, path, error);
}

#define ASKED struct request_asked

const struct option_row request_node_rows[] = {
	{"node", 0, "vcpus=N,memory=SIZE",
	 "one guest NUMA node; can be repeated; cpulist=0-3 names the vCPUs",
	 SET_WITH(add_node, ASKED, request)},
	{"device", 0, "KIND,node=N|per-node=N[,count=N]",
	 "devices; also vfs=N, iommu-group=own|shared; can be repeated",
	 SET_WITH(add_device, ASKED, request)},
	{"nic", 0, "KIND,...", "the same as --device",
	 SET_WITH(add_device, ASKED, request)},
	{"hostdev", 0, "ADDRESS,node=N",
	 "assign this PCI device of the host; can be repeated",
	 SET_WITH(add_hostdev, ASKED, request)},
	{},
};

const struct option_row request_rows[] = {
	{"cpus-per-node", 0, "N", "shrink a mirrored node to N CPUs",
	 SET_WITH(set_cpus, ASKED, mirror)},
	{"memory-per-node", 0, "SIZE", "shrink a mirrored node to this much memory",
	 SET_WITH(set_memory, ASKED, mirror.memory_per_node_bytes)},
	{"mirror", 0, "WHAT",
	 "limit the mirrored devices: all, none, per-node=N, KIND=N; can be repeated",
	 SET_WITH(set_mirror, ASKED, mirror)},
	{"per", 0, "WHAT",
	 "one expander bus per node, or per host root complex with its switches",
	 "node|root-complex", SET_WITH(set_per, ASKED, request)},
	{"spare-ports", 0, "N[,for=KIND]",
	 "empty hot-pluggable root ports on each expander bus, with the windows that a KIND needs (default 0)",
	 SET_WITH(set_spare, ASKED, request)},
	{"general-ports", 0, "N",
	 "empty hot-pluggable root ports on pcie-root (default 4)",
	 SET_WITH(set_number, ASKED, request.general_ports)},
	{"iommu", 0, "MODEL",
	 "default: intel; on aarch64 smmuv3, or virtio with --hostdev",
	 "intel|virtio|smmuv3|smmuv3,accel=on|amd|none",
	 SET_WITH(set_iommu, ASKED, request)},
	{"target", 0, "libvirt=V,qemu=V,firmware=F",
	 "versions to plan for, or \"installed\" (default: from the host or the domain)",
	 SET_WITH(target_wish_set, ASKED, request.target_wish)},
	{"firmware", 0, "KIND", "default: bios, or efi if the machine is virt",
	 "bios|efi|efi-secure", SET_WITH(set_firmware, ASKED, request)},
	{"type", 0, "TYPE", "default: kvm", "kvm|qemu", SET_COPY(ASKED, request.type)},
	{"arch", 0, "ARCH", "x86_64 (default) or aarch64",
	 SET_WITH(set_word, ASKED, request.architecture)},
	{"machine", 0, "NAME", "default: q35, or virt on aarch64",
	 SET_WITH(set_word, ASKED, request.machine)},
	{"cpu", 0, "MODE[+FEATURE]",
	 "default: host-passthrough, or maximum with --type qemu",
	 SET_WITH(set_cpu, ASKED, request.cpu)},
	{"disk", 0, "FILE[,node=N]", "a virtio disk to boot from, on node N",
	 SET_WITH(set_disk, ASKED, request)},
	{"cdrom", 0, "FILE", "an installation image",
	 SET_WITH(set_path, ASKED, request.cdrom)},
	{"kernel", 0, "FILE",
	 "a kernel to boot directly, with the words that the guest needs",
	 SET_WITH(set_path, ASKED, request.kernel)},
	{"initrd", 0, "FILE", "its initrd", SET_WITH(set_path, ASKED, request.initrd)},
	{"append", 0, "WORDS", "add to the kernel's command line",
	 SET_WITH(set_path, ASKED, request.append)},
	{"mgmt", 0, "user[,port=N]|network=NAME",
	 "a NIC to reach the guest with; port N (2222) of this host for ssh",
	 SET_WITH(set_mgmt, ASKED, request)},
	{"backend", 0, "KIND", "what the planned NICs are connected to (default: user)",
	 "user|passt|mcast", SET_CHOICE(ASKED, request.backend)},
	{"hugepages", 0, "SIZE", "back the nodes with huge pages",
	 SET_WITH(set_hugepages, ASKED, request.hugepage_bytes)},
	{"iommufd", 0, NULL, "open the assigned host devices through iommufd",
	 SET_TRUE(ASKED, request.iommufd)},
	{"hmat", 0, NULL, "write the mirrored latencies and bandwidths",
	 SET_TRUE(ASKED, request.hmat)},
	{"debug-console", 0, NULL, "add the firmware's debug port 0x402, with a log file",
	 SET_TRUE(ASKED, request.debug_console)},
	{"iothreads", 0, "per-node[=N]",
	 "N iothreads for each node (default 1), assigned to its disks",
	 SET_WITH(set_iothreads, ASKED, request)},
	{"queues", 0, "node|N",
	 "queues of disks: as many as their node has vCPUs, or N; mapped to the iothreads",
	 SET_WITH(set_queues, ASKED, request)},
	{"place", 0, "DEVICE=NODE",
	 "with --domain: move a disk (vdb), NIC (its MAC) or other device (its alias)",
	 SET_WITH(add_place, ASKED, request)},
	{"override", 0, "WHAT",
	 "with --host: give QEMU's ports the speed of the host's links, or GPUs their cliques; can be repeated",
	 "link|clique", SET_WITH(set_override, ASKED, request)},
	{"name", 0, "NAME", "the domain's name (default: nested)",
	 SET_WITH(set_name, ASKED, request.name)},
	{},
};

static const struct option_row all_rows[] = {{.table = request_node_rows},
					     {.table = request_rows},
					     {}};

int request_take(struct request_asked *asked, const char *name, const char *value,
		 struct error *error)
{
	return option_set_named(all_rows, asked, name, value, error);
}

struct request_need request_lacks(const struct request_asked *asked, bool like, bool host)
{
	const struct mirror_options *mirror = &asked->mirror;
	const struct {
		bool given;
		struct request_need need;
	} rows[] = {
		{mirror->cpus_per_node > 0, {"cpus-per-node", false}},
		{mirror->memory_per_node_bytes > 0, {"memory-per-node", false}},
		{mirror->limited || mirror->n_limits > 0, {"mirror", false}},
		{asked->request.per == PER_ROOT_COMPLEX, {"per root-complex", true}},
		{asked->request.hmat, {"hmat", false}},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows) && !like; i++)
		if (rows[i].given && !(rows[i].need.or_host && host))
			return rows[i].need;
	return (struct request_need){};
}

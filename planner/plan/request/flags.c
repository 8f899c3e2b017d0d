/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/plan/request/flags.h"

#include "base/size.h"
#include "base/utf8.h"

static void set_string(char **string, const char *value)
{
	free(*string);
	*string = xstrdup(value);
}

/* What is filled in, and the flag's name for messages. */
struct taking {
	struct request *request;
	struct mirror_options *mirror;
	const char *flag;
};

static int take_size(const struct taking *to, const char *value, uint64_t *ret_bytes,
		     struct error *error)
{
	enum size_answer answer = size_parse(value, false, 0, ret_bytes);

	if (answer == SIZE_OK)
		return 0;
	return error_input(error, "--%s=%s %s", to->flag, value,
			   size_answer_text(answer));
}

static int take_count(const struct taking *to, const char *value, int *ret,
		      struct error *error)
{
	if (parse_int(value, ret) && *ret >= 0)
		return 0;
	return error_input(error, "--%s=%s is no number from 0", to->flag, value);
}

/* The place of @value in @names, which ends with NULL. */
static int take_name(const struct taking *to, const char *value, const char *const *names,
		     struct error *error)
{
	_cleanup_text_ struct text all = {};

	for (int i = 0; names[i]; i++) {
		if (streq(names[i], value))
			return i;
		text_printf(&all, "%s%s", i > 0 ? "|" : "", names[i]);
	}
	return error_input(error, "--%s=%s: must be one of %s", to->flag, value, all.s);
}

static int take_node(const struct taking *to, const char *value, struct error *error)
{
	return request_add_node(to->request, value, error);
}

static int take_device(const struct taking *to, const char *value, struct error *error)
{
	return request_add_device(to->request, value, error);
}

static int take_cpus(const struct taking *to, const char *value, struct error *error)
{
	int count;

	if (take_count(to, value, &count, error) < 0)
		return -1;
	if (count == 0)
		return error_input(error, "--%s=0: give each node one or more", to->flag);
	to->mirror->cpus_per_node = (unsigned)count;
	return 0;
}

static int take_memory(const struct taking *to, const char *value, struct error *error)
{
	if (take_size(to, value, &to->mirror->memory_per_node_bytes, error) < 0)
		return -1;
	if (to->mirror->memory_per_node_bytes < UINT64_C(1) << 20)
		return error_input(error, "--%s=%s: QEMU needs 1 MiB or more", to->flag,
				   value);
	return 0;
}

static int take_per(const struct taking *to, const char *value, struct error *error)
{
	static const char *const names[] = {
		[PER_NODE] = "node", [PER_ROOT_COMPLEX] = "root-complex", NULL};
	int per = take_name(to, value, names, error);

	to->request->per = per == PER_ROOT_COMPLEX ? PER_ROOT_COMPLEX : PER_NODE;
	to->request->per_said = true;
	return MIN(per, 0);
}

static int take_spare(const struct taking *to, const char *value, struct error *error)
{
	return take_count(to, value, &to->request->spare_ports, error);
}

static int take_general(const struct taking *to, const char *value, struct error *error)
{
	return take_count(to, value, &to->request->general_ports, error);
}

static int take_target(const struct taking *to, const char *value, struct error *error)
{
	to->request->target_wish.installed = false;
	return target_parse(value, &to->request->target_wish.given, error);
}

static int take_firmware(const struct taking *to, const char *value, struct error *error)
{
	static const char *const names[] = {[FIRMWARE_BIOS] = "bios",
					    [FIRMWARE_EFI] = "efi",
					    [FIRMWARE_EFI_SECURE] = "efi-secure",
					    NULL};
	int firmware = take_name(to, value, names, error);

	to->request->firmware = firmware < 0 ? FIRMWARE_BIOS : (enum firmware)firmware;
	to->request->firmware_said = true;
	return MIN(firmware, 0);
}

static int take_backend(const struct taking *to, const char *value, struct error *error)
{
	static const char *const names[] = {[BACKEND_USER] = "user",
					    [BACKEND_PASST] = "passt",
					    [BACKEND_MCAST] = "mcast",
					    NULL};
	int backend = take_name(to, value, names, error);

	to->request->backend = backend < 0 ? BACKEND_USER : (enum backend)backend;
	return MIN(backend, 0);
}

static int take_type(const struct taking *to, const char *value, struct error *error)
{
	static const char *const names[] = {"kvm", "qemu", NULL};

	if (take_name(to, value, names, error) < 0)
		return -1;
	set_string(&to->request->type, value);
	return 0;
}

static int take_hugepages(const struct taking *to, const char *value, struct error *error)
{
	uint64_t *size_bytes = &to->request->hugepage_bytes;

	if (take_size(to, value, size_bytes, error) < 0)
		return -1;
	if (*size_bytes < 65536 || (*size_bytes & (*size_bytes - 1)) != 0)
		return error_input(
			error, "--%s=%s: sizes are powers of two, such as 2MiB and 1GiB",
			to->flag, value);
	return 0;
}

static int take_hmat(const struct taking *to, const char *value, struct error *error)
{
	if (value && !streq(value, "yes"))
		return error_input(error, "--%s=%s: is yes or left out", to->flag, value);
	to->request->hmat = true;
	return 0;
}

static int take_debug_console(const struct taking *to, const char *value,
			      struct error *error)
{
	if (value && !streq(value, "yes"))
		return error_input(error, "--%s=%s: is yes or left out", to->flag, value);
	to->request->debug_console = true;
	return 0;
}

static int take_iothreads(const struct taking *to, const char *value, struct error *error)
{
	static const char *const names[] = {"per-node", NULL};

	if (take_name(to, value, names, error) < 0)
		return -1;
	to->request->iothreads = true;
	return 0;
}

/* DEVICE=NODE; a MAC has colons, a target or an alias no '='. */
static int take_place(const struct taking *to, const char *value, struct error *error)
{
	const char *equals = strrchr(value, '=');
	struct request_place *place;
	int cell;

	if (!equals || equals == value || !parse_int(equals + 1, &cell) || cell < 0)
		return error_input(
			error,
			"--%s=%s: write DEVICE=NODE: a disk's target, a MAC, an alias or a host address, such as vdb=1",
			to->flag, value);
	place = vec_add(&to->request->places);
	place->device = xstrndup(value, (size_t)(equals - value));
	place->cell = cell;
	return 0;
}

static int take_iommu(const struct taking *to, const char *value, struct error *error)
{
	static const char *const names[] = {"intel", "virtio", "smmuv3",
					    "amd",   "none",   NULL};

	if (take_name(to, value, names, error) < 0)
		return -1;
	set_string(&to->request->iommu, value);
	return 0;
}

static int take_mgmt(const struct taking *to, const char *value, struct error *error)
{
	if (!streq(value, "user") &&
	    (!has_prefix(value, "network=") || !value[strlen("network=")]))
		return error_input(error, "--%s=%s: write user, or network=NAME",
				   to->flag, value);
	set_string(&to->request->mgmt, value);
	return 0;
}

/* Text that XML can hold as it is: UTF-8, nothing below a blank. */
static bool is_plain(const char *string)
{
	for (size_t n; *string; string += n) {
		n = utf8_length(string);
		if (n == 0 || (unsigned char)*string < ' ' || *string == 0x7f)
			return false;
	}
	return true;
}

/* A domain's name is also a file name for libvirt (domain_conf.c, no '/' or newline). */
static int take_domain_name(const struct taking *to, const char *value,
			    struct error *error)
{
	if (!*value || strchr(value, '/') || !is_plain(value))
		return error_input(
			error,
			"--%s: a domain's name is UTF-8 without / and control characters",
			to->flag);
	set_string(&to->request->name, value);
	return 0;
}

#define STRING_FLAG(function, field)                                                     \
	static int function(const struct taking *to, const char *value,                  \
			    struct error *error)                                         \
	{                                                                                \
		if (!*value)                                                             \
			return error_input(error, "--%s= needs a value", to->flag);      \
		set_string(&to->request->field, value);                                  \
		return 0;                                                                \
	}
STRING_FLAG(take_machine, machine)
STRING_FLAG(take_arch, architecture)

/* host-passthrough+vmx+x2apic: libvirt's modes that need no model, and features. */
static int take_cpu(const struct taking *to, const char *value, struct error *error)
{
	static const char *const modes[] = {"host-passthrough", "host-model", "maximum",
					    NULL};
	static const char sign[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	_cleanup_free_ char *mode = xstrndup(value, strcspn(value, "+"));

	if (take_name(to, mode, modes, error) < 0)
		return -1;
	for (const char *s = value + strlen(mode); *s;) {
		size_t n = strspn(++s, sign);

		if (n == 0 || (s[n] && s[n] != '+'))
			return error_input(
				error,
				"--%s=%s: features are names, as in host-passthrough+vmx",
				to->flag, value);
		s += n;
	}
	set_string(&to->request->cpu, value);
	return 0;
}

/* What no XML can hold is refused here, where it has a name. */
static int take_path(const struct taking *to, const char *value, char **path,
		     struct error *error)
{
	if (!*value || !is_plain(value))
		return error_input(
			error, "--%s needs a path in UTF-8 without control characters",
			to->flag);
	set_string(path, value);
	return 0;
}

static int take_disk(const struct taking *to, const char *value, struct error *error)
{
	return take_path(to, value, &to->request->disk, error);
}

static int take_cdrom(const struct taking *to, const char *value, struct error *error)
{
	return take_path(to, value, &to->request->cdrom, error);
}

static const struct {
	const char *flag;
	int (*take)(const struct taking *to, const char *value, struct error *error);
} takers[] = {
	{"node", take_node},
	{"device", take_device},
	{"nic", take_device},
	{"cpus-per-node", take_cpus},
	{"memory-per-node", take_memory},
	{"per", take_per},
	{"spare-ports", take_spare},
	{"general-ports", take_general},
	{"iommu", take_iommu},
	{"target", take_target},
	{"firmware", take_firmware},
	{"type", take_type},
	{"arch", take_arch},
	{"machine", take_machine},
	{"cpu", take_cpu},
	{"disk", take_disk},
	{"cdrom", take_cdrom},
	{"mgmt", take_mgmt},
	{"backend", take_backend},
	{"hugepages", take_hugepages},
	{"hmat", take_hmat},
	{"name", take_domain_name},
	{"debug-console", take_debug_console},
	{"iothreads", take_iothreads},
	{"place", take_place},
};

bool request_has_flag(const char *flag)
{
	for (size_t i = 0; i < ARRAY_SIZE(takers); i++)
		if (streq(takers[i].flag, flag))
			return true;
	return false;
}

int request_take(struct request *request, struct mirror_options *mirror, const char *flag,
		 const char *value, struct error *error)
{
	struct taking to = {request, mirror, flag};

	for (size_t i = 0; i < ARRAY_SIZE(takers); i++)
		if (streq(takers[i].flag, flag))
			return takers[i].take(&to, value, error);
	return error_input(error, "--%s is no setting of a request", flag);
}

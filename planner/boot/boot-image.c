/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* boot-image.c - the content of the initrd of a dry boot. */
#include "planner/boot/boot.h"

#include "base/file.h"
#include "base/mem.h"
#include "planner/boot/init.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

/* Modules that --assign needs before the user's. */
static const char *const assign_modules[] = {"vfio_iommu_type1", "vfio_pci", NULL};
static const char *const nested_modules[] = {"vfio_iommu_type1", "vfio_pci", "kvm_amd",
					     NULL};

/* The user's, or those of the kernel. */
static int open_modules(const struct boot_request *request, struct module_tree **ret,
			struct error *error)
{
	const char *slash = strrchr(request->kernel, '/'), *modules = request->modules;
	_cleanup_free_ char *release = kernel_release(request->kernel), *beside = NULL;
	_cleanup_free_ char *named = NULL;
	struct stat st;

	if (!modules) {
		/*
		 * boot/vmlinuz-X and lib/modules/X are siblings in packages and on disks
		 */
		beside = xasprintf("%.*s/..", slash ? (int)(slash - request->kernel) : 1,
				   slash ? request->kernel : ".");
		return module_tree_open(beside, beside, release, ret, error);
	}
	if (stat(modules, &st) < 0)
		return error_input(error, "--modules %s: %s", modules, strerror(errno));
	named = xasprintf("--modules %s", modules);
	return module_tree_open(modules,
				request->modules_shown ? request->modules_shown : named,
				release, ret, error);
}

/* The user's modules are checked even if none is needed. */
static int add_modules(struct initrd *initrd, const struct boot_request *request,
		       struct text *order, struct error *error)
{
	const char *const *more = request->assign == ASSIGN_NESTED ? nested_modules
				  : request->assign != ASSIGN_NO   ? assign_modules
								   : NULL;
	_cleanup_module_tree_ struct module_tree *tree = NULL;

	if (!more && request->kmods.n == 0 && !request->modules)
		return 0;
	if (open_modules(request, &tree, error) < 0)
		return -1;
	for (; more && *more; more++)
		if (initrd_module(initrd, tree, *more, order, error) < 0)
			return error_wrap(error, "--assign");
	for (size_t i = 0; i < request->kmods.n; i++)
		if (initrd_module(initrd, tree, request->kmods.v[i], order, error) < 0)
			return error_wrap(error, "--kmod %s", request->kmods.v[i]);
	return 0;
}

/* FILE, or FILE:PATH for another name in the guest. */
static int add_copy(struct initrd *initrd, const char *copy, struct error *error)
{
	const char *colon = strrchr(copy, ':');
	bool named = colon && colon[1] == '/';
	_cleanup_free_ char *file =
		xstrndup(copy, named ? (size_t)(colon - copy) : strlen(copy));
	_cleanup_free_ char *real = realpath(file, NULL);
	const char *place = named ? colon + 1 : *file == '/' ? file : real;

	if (streq_null(place, "/init") || streq_null(place, INIT_CONFIG))
		return error_input(
			error,
			"--copy %s: %s in the guest is reserved for virt-layout's agent; choose another path",
			copy, place);
	if (!*file)
		return error_input(error, "--copy %s: must be FILE or FILE:PATH", copy);
	if (access(file, R_OK) < 0)
		return error_input(error, "--copy %s: %s", copy, strerror(errno));
	if (initrd_copy(initrd, file, place, error) < 0)
		return error_wrap(error, "--copy");
	return 0;
}

static int add_shell(struct initrd *initrd, struct error *error)
{
	static const char *const places[] = {"/bin/busybox", "/usr/bin/busybox",
					     "/sbin/busybox", "/usr/sbin/busybox"};

	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		if (access(places[i], R_OK) == 0) {
			initrd_link(initrd, "/bin/sh", "busybox");
			return initrd_copy(initrd, places[i], INIT_SHELL, error);
		}
	return error_system(error, 0,
			    "--shell needs busybox, which is not installed here");
}

/* A data file of QEMU from one of the directories that distributions use. */
static int add_qemu_data(struct initrd *initrd, const char *name, struct error *error)
{
	static const char *const places[] = {"/usr/share/qemu", "/usr/share/seabios",
					     "/usr/share/qemu-kvm"};
	_cleanup_free_ char *inside = xasprintf("/usr/share/qemu/%s", name);

	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		_cleanup_free_ char *path = xasprintf("%s/%s", places[i], name);

		if (access(path, R_OK) == 0)
			return initrd_copy(initrd, path, inside, error);
	}
	return error_system(
		error, 0, "--assign=nested needs QEMU's %s, which is not installed here",
		name);
}

/* QEMU, and for its guest the same kernel with a plain agent. */
static int add_nested(struct initrd *initrd, const struct boot_request *request,
		      struct error *error)
{
	static const char *const data[] = {"bios-256k.bin", "linuxboot_dma.bin",
					   "kvmvapic.bin"};
	struct boot_request inner = {.kernel = request->kernel,
				     .agent = request->agent,
				     .plain = true};
	_cleanup_text_ struct text image = {};

	if (boot_make_initrd(&inner, &image, error) < 0)
		return -1;
	initrd_file(initrd, INIT_NESTED "/initrd", 0644, image.s, image.n);
	for (size_t i = 0; i < ARRAY_SIZE(data); i++)
		if (add_qemu_data(initrd, data[i], error) < 0)
			return -1;
	if (initrd_copy(initrd, request->kernel, INIT_NESTED "/vmlinuz", error) < 0)
		return -1;
	return initrd_copy(initrd, INIT_QEMU, NULL, error);
}

/* The agent's instructions; see init.h. */
static void add_orders(struct initrd *initrd, const struct boot_request *request,
		       const struct text *order)
{
	_cleanup_text_ struct text text = {};
	_cleanup_free_ char *lines = order->s ? xstrdup(order->s) : NULL;
	char *rest = lines, *line;

	if (request->time_limit_s > 0)
		text_printf(&text, "limit %.0f\n", request->time_limit_s);
	if (prepare_starts_one_cpu(request->plain, request->append))
		text_adds(&text, "cpus present\n");
	while (rest && (line = strsep(&rest, "\n")))
		if (*line)
			text_printf(&text, "module %s\n", line);
	if (initrd->library_path.n > 0)
		text_printf(&text, "library-path %s\n", initrd->library_path.s);
	for (size_t i = 0; i < request->assign_to.list.n; i++) {
		const struct assignable_function *a = &request->assign_to.list.v[i];

		text_printf(&text, "bind " PCI_FORMAT "\n", PCI_ARGS(a->at));
		if (a->total_vfs > 0)
			text_printf(&text, "vfs " PCI_FORMAT "\n", PCI_ARGS(a->at));
		if (request->assign != ASSIGN_BIND)
			text_printf(&text, "assign " PCI_FORMAT "\n", PCI_ARGS(a->at));
	}
	if (request->assign == ASSIGN_NESTED && request->assign_to.list.n > 0)
		text_printf(&text, "nested " PCI_FORMAT "\n",
			    PCI_ARGS(request->assign_to.list.v[0].at));
	if (request->shell)
		text_adds(&text, "shell\n");
	initrd_file(initrd, INIT_CONFIG, 0644, text.s ? text.s : "", text.n);
}

static int fill(struct initrd *initrd, const struct boot_request *request,
		struct error *error)
{
	static const char *const directories[] = {"/dev", "/proc", "/sys", "/tmp"};
	_cleanup_text_ struct text order = {};

	for (size_t i = 0; i < ARRAY_SIZE(directories); i++)
		initrd_directory(initrd, directories[i]);
	initrd_device(initrd, "/dev/console", 5, 1);
	if (initrd_copy(initrd, request->agent, "/init", error) < 0)
		return error_wrap(error, "the agent for the guest");
	if (add_modules(initrd, request, &order, error) < 0)
		return -1;
	if (request->shell && add_shell(initrd, error) < 0)
		return -1;
	if (request->assign == ASSIGN_NESTED && add_nested(initrd, request, error) < 0)
		return -1;
	for (size_t i = 0; i < request->copies.n; i++)
		if (add_copy(initrd, request->copies.v[i], error) < 0)
			return -1;
	add_orders(initrd, request, &order);
	return 0;
}

int boot_make_initrd(const struct boot_request *request, struct text *ret,
		     struct error *error)
{
	_cleanup_initrd_ struct initrd initrd = {};

	if (fill(&initrd, request, error) < 0)
		return -1;
	return initrd_write(&initrd, request->compression, ret, error);
}

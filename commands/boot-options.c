/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* boot-options.c - the command line of `boot`. */
#include "commands/boot-options.h"

#include "base/file.h"
#include "base/mem.h"
#include "commands/boot-words.h"
#include "commands/libexec.h"
#include "commands/progress-stderr.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

enum { USUAL_LIMIT_S = 300, SHELL_LIMIT_S = 86400 };

void boot_wish_free(struct boot_wish *wish)
{
	vec_free(&wish->request.copies);
	vec_free(&wish->request.kmods);
	vec_free(&wish->request.assign_to.list);
	free(wish->kernel);
	free(wish->agent);
	free(wish->prelude);
	free(wish->run);
	free(wish->emulator);
	free(wish->cache);
	boot_package_free(&wish->package);
}

static int set_time_limit(void *target, const struct option_row *row, const char *value,
			  struct error *error)
{
	double *to = target;
	uint32_t seconds;

	if (!parse_u32(value, &seconds) || seconds == 0 || seconds > 86400)
		return option_error(error, row->name, value,
				    "is not a number of seconds from 1 to 86400");
	*to = seconds;
	return 0;
}

/* The domain's own <emulator> is never run, so this is the only way to choose one. */
static int set_emulator(void *target, const struct option_row *row, const char *path,
			struct error *error)
{
	_cleanup_free_ char *here = *path == '/' ? xstrdup("") : getcwd(NULL, 0);
	struct boot_wish *wish = target;
	struct stat st;

	if (stat(path, &st) < 0)
		return option_error(error, row->name, path, "%s", strerror(errno));
	if (!S_ISREG(st.st_mode) || access(path, X_OK) < 0)
		return option_error(error, row->name, path,
				    "is not an executable program");
	if (!here)
		return error_system(error, errno,
				    "cannot determine the current directory");
	free(wish->emulator);
	wish->emulator = xasprintf("%s%s%s", here, *path == '/' ? "" : "/", path);
	wish->request.emulator = wish->emulator;
	return 0;
}

static int set_compress(void *target, const struct option_row *row, const char *value,
			struct error *error)
{
	struct boot_wish *wish = target;

	(void)row;
	(void)error;
	wish->compress_given = true;
	wish->request.compression = streq(value, "gzip")   ? INITRD_GZIP
				    : streq(value, "zstd") ? INITRD_ZSTD
							   : INITRD_PLAIN;
	return 0;
}

static int set_assign(void *target, const struct option_row *row, const char *value,
		      struct error *error)
{
	enum assign_mode *to = target;

	(void)row;
	(void)error;
	*to = value && streq(value, "nested") ? ASSIGN_NESTED : ASSIGN_VFIO;
	return 0;
}

const struct option_row boot_rows[] = {
	{OPTION_TABLE(connect_rows, struct boot_wish, connect)},
	{"kernel", 'k', "FILE",
	 "kernel image, or a package that contains it (default: the running kernel)",
	 SET_FILE(struct boot_wish, request.kernel)},
	{"modules", 'm', "DIR",
	 "directory of its modules, or a package that contains them (default: next to the kernel)",
	 SET_FILE(struct boot_wish, request.modules)},
	{"accel", 0, "HOW", "accelerator: auto (default), tcg or kvm", "auto|tcg|kvm",
	 SET_CHOICE(struct boot_wish, request.accel)},
	{"time-limit", 't', "SECONDS",
	 "stop the guest after this many seconds (default 300; with --shell 86400)",
	 SET_WITH(set_time_limit, struct boot_wish, request.time_limit_s)},
	{"print-xml", 0, NULL, "print the domain that would be booted",
	 SET_TRUE(struct boot_wish, print_xml)},
	{"json", 'J', NULL, "print JSON", SET_TRUE(struct boot_wish, json)},
	{"initrd-only", 0, NULL, "write the initrd and stop",
	 SET_TRUE(struct boot_wish, initrd_only)},
	{"output", 'o', "FILE", "file that --initrd-only writes",
	 SET_FILE(struct boot_wish, output)},
	{"compress", 0, "HOW", "compress the initrd: gzip, zstd, no", "gzip|zstd|no",
	 SET_BY(set_compress)},
	{"shell", 0, NULL, "run a busybox shell on the guest's console afterwards",
	 SET_TRUE(struct boot_wish, request.shell)},
	{"copy", 0, "FILE[:PATH]", "copy a file, with its libraries; can be repeated",
	 SET_LIST(struct boot_wish, request.copies)},
	{"kmod", 0, "NAME", "copy a kernel module and load it; can be repeated",
	 SET_LIST(struct boot_wish, request.kmods)},
	{"assign", 0, "HOW",
	 "try to use each assignable device through VFIO in the guest; nested: also assign one to a guest nested in it",
	 "vfio|nested", true, SET_WITH(set_assign, struct boot_wish, request.assign)},
	{"append", 0, "WORDS", "add to the guest's kernel command line",
	 SET_STRING(struct boot_wish, request.append)},
	{"plain", 0, NULL,
	 "let the kernel also do time-consuming work whose results are not compared",
	 SET_TRUE(struct boot_wish, request.plain)},
	{"record", 0, "FILE", "write what the guest's kernel saw to a file",
	 SET_FILE(struct boot_wish, record)},
	{"emulator", 0, "PATH", "QEMU to run (default: the one that libvirt finds)",
	 SET_BY(set_emulator)},
	{"init", 0, "FILE",
	 "virt-layout-init for the guest's architecture (default: the installed one)",
	 SET_FILE(struct boot_wish, init)},
	{"as-root", 0, NULL, "when started by root, do not drop privileges",
	 SET_TRUE(struct boot_wish, request.as_root)},
	{"stop-after", 0, "WHAT",
	 "what to compare: what the kernel sees (default), what the firmware set up, or QEMU's tables; the last two need no kernel",
	 "kernel|tables|firmware", SET_CHOICE(struct boot_wish, request.stop_after)},
	{},
};

/* The file of --init, or the installed agent. */
static int choose_agent(struct boot_wish *wish, const char *arch, struct error *error)
{
	_cleanup_free_ char *name = xasprintf("virt-layout-init-%s", arch);
	struct utsname names = {};

	if (wish->init) {
		/* An initrd alone may be for another machine. */
		if (agent_check(wish->init, wish->initrd_only ? NULL : arch, error) < 0)
			return option_wrap(error, "init", wish->init);
		wish->agent = xstrdup(wish->init);
		return 0;
	}
	uname(&names);
	if (streq(names.machine, arch))
		return find_libexec("virt-layout-init", &wish->agent, error);
	if (find_libexec(name, &wish->agent, error) < 0) {
		error_clear(error);
		return error_system(
			error, 0,
			"the guest is %s, and %s is not installed; give --init the virt-layout-init of the package virt-layout-guest for %s",
			arch, name, arch);
	}
	return 0;
}

int boot_find_agent(struct boot_wish *wish, const char *arch, struct error *error)
{
	if (choose_agent(wish, arch, error) < 0)
		return -1;
	wish->request.agent = wish->agent;
	if (streq(arch, "x86_64"))
		wish->prelude = find_libexec_file("virt-layout-prelude");
	wish->request.prelude = wish->prelude;
	return 0;
}

/* Options that concern a kernel, which is not started. */
static int refuse_without_kernel(const struct boot_wish *wish, struct error *error)
{
	const struct boot_request *request = &wish->request;
	const struct {
		bool given;
		const char *name;
	} refused[] = {
		{request->kernel, "kernel"},
		{request->modules, "modules"},
		{request->append, "append"},
		{wish->init, "init"},
		{request->plain, "plain"},
		{request->shell, "shell"},
		{request->copies.n > 0, "copy"},
		{request->kmods.n > 0, "kmod"},
		{wish->initrd_only, "initrd-only"},
		{wish->compress_given, "compress"},
		{request->assign != ASSIGN_NO, "assign"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(refused); i++)
		if (refused[i].given)
			return error_input(
				error,
				"--%s cannot be used with --stop-after %s, which runs no kernel",
				refused[i].name, boot_stop_name(request->stop_after));
	return 0;
}

/*
 * What libvirt finds out about QEMU is kept for the next boot: in VIRT_LAYOUT_CACHE,
 * unless that is empty, or where programs of this user keep such things.
 */
static int find_cache(struct boot_wish *wish, struct error *error)
{
	const char *named = getenv("VIRT_LAYOUT_CACHE");
	const char *base = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");

	if (named && *named && *named != '/')
		return error_input(error, "VIRT_LAYOUT_CACHE=%s is not an absolute path",
				   named);
	if (named)
		wish->cache = *named ? xstrdup(named) : NULL;
	else if (geteuid() == 0)
		wish->cache = xstrdup("/var/cache/virt-layout");
	else if (base && *base == '/')
		wish->cache = xasprintf("%s/virt-layout", base);
	else if (home && *home == '/')
		wish->cache = xasprintf("%s/.cache/virt-layout", home);
	wish->request.cache = wish->cache;
	return 0;
}

int boot_find_run(struct boot_wish *wish, struct error *error)
{
	if (find_libexec("virt-layout-run", &wish->run, error) < 0)
		return -1;
	wish->request.run = wish->run;
	if (find_cache(wish, error) < 0)
		return -1;
	wish->progress = watch_stderr();
	if (wish->progress.columns > 0) /* only on a terminal */
		wish->request.progress = &wish->progress;
	return 0;
}

int boot_find_kernel(const struct boot_wish *wish, struct error *error)
{
	const struct boot_request *request = &wish->request;
	bool is_default = wish->kernel, only = wish->initrd_only;

	/* An initrd without modules works with any kernel. */
	if (request->stop_after != STOP_AFTER_KERNEL ||
	    access(request->kernel, R_OK) == 0 ||
	    (only && is_default && request->kmods.n == 0 && request->assign == ASSIGN_NO))
		return 0;
	if (!is_default)
		return error_input(error, "--kernel %s: %s", request->kernel,
				   strerror(errno));
	return error_system(
		error, 0,
		"the running kernel, %s, cannot be read (%s); give --kernel another one, or a distribution's kernel package (.deb or .rpm)%s",
		request->kernel, strerror(errno),
		only ? "" : ", or use --stop-after firmware, which needs none");
}

/* Defaults: the running kernel, our own programs. */
static int settle(struct boot_wish *wish, struct error *error)
{
	struct utsname names = {};

	if (wish->request.stop_after != STOP_AFTER_KERNEL)
		return refuse_without_kernel(wish, error);
	uname(&names);
	if (!wish->request.kernel) {
		wish->kernel = xasprintf("/boot/vmlinuz-%s", names.release);
		wish->request.kernel = wish->kernel;
	}
	if (wish->initrd_only && !wish->compress_given)
		wish->request.compression = INITRD_GZIP;
	return wish->initrd_only ? boot_find_agent(wish, names.machine, error) : 0;
}

int boot_read_options(const struct options *options, struct boot_wish *wish,
		      struct error *error)
{
	if (options_set_each(options, wish, error) < 0 ||
	    connect_check(&wish->connect, error) < 0 ||
	    options_need(options, !wish->initrd_only, 1, error) < 0)
		return -1;
	if (wish->initrd_only && options->n_args > 0)
		return error_input(error,
				   "--initrd-only takes no domain, but \"%s\" was given",
				   options->args[0]);
	if (wish->output && !wish->initrd_only)
		return error_input(error, "-o needs --initrd-only");
	if (wish->request.time_limit_s <= 0)
		wish->request.time_limit_s =
			wish->request.shell ? SHELL_LIMIT_S : USUAL_LIMIT_S;
	wish->domain = options->n_args > 0 ? options->args[0] : NULL;
	return settle(wish, error);
}

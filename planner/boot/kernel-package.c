/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kernel-package.c - a kernel and its modules from a distribution's package: a .deb (an
 * ar archive whose data.tar.* contains the files, deb(5)) or an .rpm. Packages are not
 * trusted: only the last component of a name in the package is used for writing, and only
 * kernels, modules and lists of modules are unpacked.
 */
#include "planner/boot/boot.h"

#include "planner/boot/archive-library.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/option.h"
#include "planner/boot/run.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#define UNPACKED_LIMIT_BYTES (4ULL << 30)
enum { BLOCK_BYTES = 65536 };

/* NULL is not a package. */
static enum package_format { NO_PACKAGE, DEB, RPM } format_of(const char *path)
{
	static const char rpm_magic[4] = {'\xed', '\xab', '\xee', '\xdb'};
	static const char deb_magic[] = "!<arch>\ndebian-binary";
	_cleanup_fd_ int fd =
		path ? open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK) : -1;
	char start[sizeof(deb_magic) - 1];

	if (fd < 0 || pread(fd, start, sizeof(start), 0) != (ssize_t)sizeof(start))
		return NO_PACKAGE;
	return memcmp(start, deb_magic, sizeof(start)) == 0       ? DEB
	       : memcmp(start, rpm_magic, sizeof(rpm_magic)) == 0 ? RPM
								  : NO_PACKAGE;
}

/* The kind of a file in a package, and the parts of its path that are kept. */
struct member {
	enum { MEMBER_OTHER, MEMBER_KERNEL, MEMBER_MODULES } kind;
	char *release; /* owned */
	const char *base;
};

static bool is_name(const char *word)
{
	return *word && !streq(word, ".") && !streq(word, "..") && !strchr(word, '/');
}

/*
 * boot/vmlinuz-RELEASE, lib/modules/RELEASE/vmlinuz, lib/modules/RELEASE/.../NAME.ko.xz
 */
static struct member classify(const char *path)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	const char *modules = strstr(path, "lib/modules/");
	struct member member = {.base = base};

	if (has_prefix(base, "vmlinuz-") && base[8]) {
		member.kind = MEMBER_KERNEL;
		member.release = xstrdup(base + 8);
	} else if (modules && is_name(base)) {
		const char *release = modules + strlen("lib/modules/");

		member.release = xstrndup(release, strcspn(release, "/"));
		member.kind = !is_name(member.release)       ? MEMBER_OTHER
			      : streq(base, "vmlinuz")       ? MEMBER_KERNEL
			      : streq(base, "modules.order") ? MEMBER_MODULES
			      : streq(base, "modules.builtin") || strstr(base, ".ko")
				      ? MEMBER_MODULES
				      : MEMBER_OTHER;
	}
	return member;
}

static int fail(struct archive *archive, const char *path, struct error *error)
{
	const char *why = sym_archive_error_string(archive);

	return error_input(error, "%s: cannot be unpacked: %s", path,
			   why ? why : "damaged");
}

/*
 * Signals that end a boot are blocked during unpacking, so that the unpacked files can be
 * removed.
 */
static void hold_signals(sigset_t *ret_before)
{
	struct sigaction action = {};
	sigset_t held;

	sigemptyset(&held);
	sigaddset(&held, SIGINT);
	sigaddset(&held, SIGTERM);
	sigaddset(&held, SIGQUIT);
	if (sigaction(SIGHUP, NULL, &action) == 0 && action.sa_handler != SIG_IGN)
		sigaddset(&held, SIGHUP);
	sigprocmask(SIG_BLOCK, &held, ret_before);
}

static bool is_interrupted(void)
{
	sigset_t pending;

	sigpending(&pending);
	return sigismember(&pending, SIGINT) || sigismember(&pending, SIGTERM) ||
	       sigismember(&pending, SIGQUIT) || sigismember(&pending, SIGHUP);
}

static int fail_interrupted(const char *path, struct error *error)
{
	return error_system(error, 0, "%s: interrupted while unpacking it", path);
}

/* Unpacks the archive's current file, unless a file of that name exists. */
static int write_file(struct archive *archive, struct boot_package *package,
		      const char *into, const char *path, struct error *error)
{
	_cleanup_fd_ int fd =
		open(into, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	char block[BLOCK_BYTES];
	la_ssize_t n;

	if (fd < 0)
		return errno == EEXIST ? 0 : error_system(error, errno, "%s", into);
	while ((n = sym_archive_read_data(archive, block, sizeof(block))) > 0) {
		package->n_bytes += (uint64_t)n;
		if (is_interrupted())
			return fail_interrupted(path, error);
		if (package->n_bytes > UNPACKED_LIMIT_BYTES)
			return error_input(error, "%s: unpacks to more than %llu GiB",
					   path, UNPACKED_LIMIT_BYTES >> 30);
		for (la_ssize_t done = 0, part; done < n; done += part) {
			part = write(fd, block + done, (size_t)(n - done));
			if (part < 0 && errno != EINTR)
				return error_system(error, errno, "%s", into);
			part = part < 0 ? 0 : part;
		}
	}
	return n < 0 ? fail(archive, path, error) : 0;
}

static int make_directory(const char *path, struct error *error)
{
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return error_system(error, errno, "%s", path);
	return 0;
}

static int write_member(struct archive *archive, struct boot_package *package,
			const struct member *member, const char *path,
			struct error *error)
{
	bool kernel = member->kind == MEMBER_KERNEL;
	_cleanup_free_ char *above =
		xasprintf("%s/%s", package->directory, kernel ? "boot" : "modules");
	_cleanup_free_ char *folder =
		kernel ? xstrdup(above) : xasprintf("%s/%s", above, member->release);
	_cleanup_free_ char *into =
		kernel ? xasprintf("%s/vmlinuz-%s", folder, member->release)
		       : xasprintf("%s/%s", folder, member->base);
	/* The modules themselves are unpacked beside it, and found by it. */
	_cleanup_free_ char *mark = strstr(member->base, ".ko")
					    ? xasprintf("%s/" MODULES_FOLDER, folder)
					    : NULL;

	if (kernel && package->kernel && !streq(package->kernel, into))
		return error_input(
			error,
			"%s: holds more than one kernel; unpack it and name one of them",
			path);
	if (make_directory(above, error) < 0 || make_directory(folder, error) < 0 ||
	    (mark && !kernel && make_directory(mark, error) < 0) ||
	    write_file(archive, package, into, path, error) < 0)
		return -1;
	if (kernel && !package->kernel)
		package->kernel = TAKE(into);
	if (!kernel && !package->modules)
		package->modules = xstrdup(above);
	return 0;
}

static int unpack_files(struct archive *archive, struct boot_package *package,
			bool modules, const char *path, struct error *error)
{
	struct archive_entry *entry;
	int status, written = 0;

	while (written == 0 &&
	       (status = sym_archive_read_next_header(archive, &entry)) == ARCHIVE_OK) {
		const char *name = sym_archive_entry_pathname(entry);
		struct member member = {};

		if (is_interrupted()) {
			written = fail_interrupted(path, error);
			break;
		}
		if (name && S_ISREG(sym_archive_entry_filetype(entry)))
			member = classify(name);
		if (member.kind == MEMBER_KERNEL ||
		    (member.kind == MEMBER_MODULES && modules))
			written = write_member(archive, package, &member, path, error);
		free(member.release);
	}
	if (written < 0)
		return -1;
	return status == ARCHIVE_EOF ? 0 : fail(archive, path, error);
}

/* Passes the data of the outer archive's current file to the inner archive. */
struct inner {
	struct archive *outer;
	char block[BLOCK_BYTES];
};

static la_ssize_t read_inner(struct archive *archive, void *data, const void **ret_block)
{
	struct inner *inner = data;

	(void)archive;
	*ret_block = inner->block;
	return sym_archive_read_data(inner->outer, inner->block, sizeof(inner->block));
}

static int unpack_inner(struct archive *outer, struct boot_package *package, bool modules,
			const char *path, struct error *error)
{
	struct inner inner = {.outer = outer};
	struct archive *archive = sym_archive_read_new();
	int status;

	sym_archive_read_support_filter_all(archive);
	sym_archive_read_support_format_tar(archive);
	if (sym_archive_read_open(archive, &inner, NULL, read_inner, NULL) != ARCHIVE_OK)
		status = fail(archive, path, error);
	else
		status = unpack_files(archive, package, modules, path, error);
	sym_archive_read_free(archive);
	return status;
}

static int unpack_deb(struct archive *archive, struct boot_package *package, bool modules,
		      const char *path, struct error *error)
{
	struct archive_entry *entry;
	int status;

	while ((status = sym_archive_read_next_header(archive, &entry)) == ARCHIVE_OK) {
		const char *name = sym_archive_entry_pathname(entry);

		if (name && has_prefix(name, "data.tar"))
			return unpack_inner(archive, package, modules, path, error);
	}
	if (status != ARCHIVE_EOF)
		return fail(archive, path, error);
	return error_input(error,
			   "%s: is not a valid .deb package: it contains no data.tar",
			   path);
}

static int unpack(struct boot_package *package, const char *path, bool modules,
		  struct error *error)
{
	struct archive *archive;
	sigset_t before;
	int status;

	if (archive_library_load(error) < 0)
		return -1;
	hold_signals(&before);
	if (!package->directory &&
	    boot_root_make(&package->directory, &package->lock, error) < 0)
		return -1;
	archive = sym_archive_read_new();
	sym_archive_read_support_filter_all(archive);
	sym_archive_read_support_format_ar(archive);
	sym_archive_read_support_format_cpio(archive);
	if (sym_archive_read_open_filename(archive, path, BLOCK_BYTES) != ARCHIVE_OK)
		status = fail(archive, path, error);
	else if (format_of(path) == RPM)
		status = unpack_files(archive, package, modules, path, error);
	else
		status = unpack_deb(archive, package, modules, path, error);
	sym_archive_read_free(archive);
	if (status == 0) /* otherwise they stay blocked until we end */
		sigprocmask(SIG_SETMASK, &before, NULL);
	return status;
}

/* Whether the initrd will contain modules: the user's, or those of --assign. */
static bool wants_modules(const struct boot_request *request)
{
	return request->kmods.n > 0 || request->assign != ASSIGN_NO;
}

int boot_unpack_kernel(struct boot_request *request, struct boot_package *package,
		       struct error *error)
{
	const char *kernel = request->kernel, *modules = request->modules;
	bool wanted = wants_modules(request);

	if (format_of(kernel) != NO_PACKAGE) {
		if (unpack(package, kernel, wanted && !modules, error) < 0)
			return -1;
		if (!package->kernel)
			return error_input(
				error,
				"%s: contains no kernel (boot/vmlinuz-* or lib/modules/*/vmlinuz); name the package that does",
				kernel);
		if (wanted && !modules && !package->modules)
			return error_input(
				error,
				"%s: contains no modules; use --modules to name the package that contains them",
				kernel);
		request->kernel = package->kernel;
	}
	if (format_of(modules) != NO_PACKAGE) {
		if (unpack(package, modules, true, error) < 0)
			return option_wrap(error, "modules", modules);
		if (!package->modules)
			return error_input(error,
					   "--modules %s: contains no kernel modules",
					   modules);
	}
	if (package->modules) {
		request->modules = package->modules;
		package->shown =
			modules ? xasprintf("--modules %s", modules) : xstrdup(kernel);
		request->modules_shown = package->shown;
	}
	return 0;
}

bool boot_kernel_is_packed(const struct boot_request *request)
{
	return format_of(request->kernel) != NO_PACKAGE;
}

void boot_package_free(struct boot_package *package)
{
	if (!package->directory)
		return;
	run_root_remove(package->directory);
	if (package->lock >= 0)
		close(package->lock);
	free(package->directory);
	free(package->kernel);
	free(package->modules);
	free(package->shown);
	*package = (struct boot_package){};
}

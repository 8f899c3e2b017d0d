/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * boot-cache.c - what libvirt finds out about a QEMU when it asks it for its
 * capabilities, kept for the next boot, which is 0.4 s faster with it.
 *
 * Theory of operation. libvirt itself keeps its findings in a file below ROOT/cache, and
 * takes such a file only if QEMU, its modules and libvirt are those that it was written
 * for. We copy that file into the root of the next boot, and keep what libvirt has made
 * of it. Ours is named after the QEMU's path, inode, size and times, so several QEMUs
 * have one each, and begins with a checksum of that name and the file, so that a damaged
 * one is not used.
 *
 * A domain may be hostile, and what runs it may be taken over. So the worker of
 * virt-layout-run asks for the capabilities before it reads the domain, and hands them
 * over in a memfd that it seals (memfd_create(2)): nobody can change it afterwards. The
 * directory must belong to us and be closed to all others.
 */
#include "planner/boot/boot.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/sha256.h"
#include "planner/boot/run.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	NAME_BYTES = 2 * SHA256_BYTES,
	ENTRIES = 8, /* more are not kept: QEMUs come and go */
};

#define SUFFIX ".capabilities"

/* The emulator that libvirt will find: the user's, or the first in PATH. */
static char *find_emulator(const struct boot_request *request, const char *arch)
{
	const char *list = getenv("PATH");
	_cleanup_free_ char *copy = xstrdup(list ? list : "");
	char *rest = copy, *directory;

	if (request->emulator)
		return xstrdup(request->emulator);
	while ((directory = strsep(&rest, ":"))) {
		_cleanup_free_ char *path =
			xasprintf("%s/qemu-system-%s", directory, arch);

		if (*directory == '/' && access(path, X_OK) == 0)
			return TAKE(path);
	}
	return NULL;
}

static char *hex_name(struct sha256 *hash)
{
	uint8_t bytes[SHA256_BYTES];
	struct text text = {};

	sha256_end(hash, bytes);
	for (size_t i = 0; i < sizeof(bytes); i++)
		text_printf(&text, "%02x", bytes[i]);
	return text_take(&text);
}

static bool name_entry(struct boot_cache *cache)
{
	struct sha256 hash;
	struct stat st;

	if (stat(cache->emulator, &st) < 0 || !S_ISREG(st.st_mode))
		return false;
	_cleanup_free_ char *facts =
		xasprintf("%s\n%ju %ju %ju\n%jd.%09ld %jd.%09ld", cache->emulator,
			  (uintmax_t)st.st_dev, (uintmax_t)st.st_ino,
			  (uintmax_t)st.st_size, (intmax_t)st.st_mtim.tv_sec,
			  st.st_mtim.tv_nsec, (intmax_t)st.st_ctim.tv_sec,
			  st.st_ctim.tv_nsec);
	sha256_begin(&hash);
	sha256_add(&hash, facts, strlen(facts));
	cache->name = hex_name(&hash);
	return true;
}

static char *checksum(const struct boot_cache *cache, const char *bytes, size_t n)
{
	struct sha256 hash;

	sha256_begin(&hash);
	sha256_add(&hash, cache->name, strlen(cache->name));
	sha256_add(&hash, bytes, n);
	return hex_name(&hash);
}

/* Ours, and closed to all others. */
static bool is_private(int fd, mode_t type)
{
	struct stat st;

	return fstat(fd, &st) == 0 && (st.st_mode & S_IFMT) == type &&
	       st.st_uid == geteuid() && (st.st_mode & 077) == 0 &&
	       (type == S_IFDIR || st.st_nlink == 1);
}

static int open_directory(const char *path)
{
	_cleanup_fd_ int fd = -1;
	_cleanup_free_ char *above = xstrdup(path);
	char *slash = strrchr(above, '/');

	if (slash && slash > above) {
		*slash = '\0';
		(void)!mkdir(above, 0700); /* ~/.cache may be missing */
	}
	(void)!mkdir(path, 0700);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd >= 0 && is_private(fd, S_IFDIR) ? TAKE_FD(fd) : -1;
}

/* The entry without its checksum; nothing if there is none that is good. */
static void read_entry(const struct boot_cache *cache, struct text *ret)
{
	_cleanup_free_ char *file = xasprintf("%s" SUFFIX, cache->name);
	_cleanup_fd_ int fd = openat(cache->directory_fd, file,
				     O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	_cleanup_error_ struct error ignored = {};
	_cleanup_text_ struct text all = {};
	_cleanup_free_ char *sum = NULL;

	if (fd < 0 || !is_private(fd, S_IFREG) ||
	    file_read_fd(fd, file, RUN_CAPABILITIES_LIMIT, &all, &ignored) < 0 ||
	    all.n <= NAME_BYTES || all.s[NAME_BYTES] != '\n')
		return;
	sum = checksum(cache, all.s + NAME_BYTES + 1, all.n - NAME_BYTES - 1);
	if (memcmp(sum, all.s, NAME_BYTES) == 0)
		text_add(ret, all.s + NAME_BYTES + 1, all.n - NAME_BYTES - 1);
}

/* Where libvirt looks for it. */
static bool give(const struct boot_cache *cache, const char *work, const struct text *xml)
{
	static const char *const steps[] = {"cache", "cache/qemu",
					    "cache/qemu/capabilities"};
	_cleanup_free_ char *file = run_capabilities_file(work, cache->emulator);
	_cleanup_error_ struct error ignored = {};

	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		_cleanup_free_ char *path = xasprintf("%s/%s", work, steps[i]);

		if (mkdir(path, 0700) < 0 && errno != EEXIST)
			return false;
	}
	return run_root_write(file, xml->s, xml->n, &ignored) == 0;
}

void boot_cache_begin(struct boot_cache *cache, const struct boot_request *request,
		      const char *arch, const char *work)
{
	cache->directory_fd = cache->fd = -1;
	if (!request->cache)
		return;
	cache->emulator = find_emulator(request, arch);
	if (!cache->emulator || !name_entry(cache))
		return;
	cache->directory_fd = open_directory(request->cache);
	if (cache->directory_fd < 0)
		return;
	read_entry(cache, &cache->given);
	if (cache->given.n > 0 && !give(cache, work, &cache->given))
		text_free(&cache->given);
	cache->fd = memfd_create("capabilities", MFD_CLOEXEC | MFD_ALLOW_SEALING);
}

/* Removes the oldest entries if there are too many. */
static void drop_oldest(int directory_fd)
{
	for (;;) {
		_cleanup_free_ char *oldest = NULL;
		int copy = openat(directory_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		DIR *directory = copy < 0 ? NULL : fdopendir(copy);
		struct dirent *entry;
		time_t oldest_s = 0;
		size_t n = 0;

		while (directory && (entry = readdir(directory))) {
			struct stat st;

			if (!has_suffix(entry->d_name, SUFFIX) ||
			    fstatat(directory_fd, entry->d_name, &st,
				    AT_SYMLINK_NOFOLLOW) < 0)
				continue;
			if (n++ == 0 || st.st_mtime < oldest_s) {
				free(oldest);
				oldest = xstrdup(entry->d_name);
				oldest_s = st.st_mtime;
			}
		}
		if (directory)
			closedir(directory);
		if (n <= ENTRIES || unlinkat(directory_fd, oldest, 0) < 0)
			return;
	}
}

/* As a whole or not at all; one that a power failure damages is not used. */
static void write_entry(const struct boot_cache *cache, const struct text *xml)
{
	_cleanup_free_ char *sum = checksum(cache, xml->s, xml->n);
	_cleanup_free_ char *new = xasprintf(".%s.%d", cache->name, (int)getpid());
	_cleanup_free_ char *file = xasprintf("%s" SUFFIX, cache->name);
	_cleanup_error_ struct error ignored = {};
	_cleanup_text_ struct text all = {};
	_cleanup_fd_ int fd = -1;

	unlinkat(cache->directory_fd, new, 0);
	fd = openat(cache->directory_fd, new,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return;
	text_printf(&all, "%s\n", sum);
	text_add(&all, xml->s, xml->n);
	if (file_write_fd(fd, new, all.s, all.n, &ignored) < 0 ||
	    renameat(cache->directory_fd, new, cache->directory_fd, file) < 0)
		unlinkat(cache->directory_fd, new, 0);
	else
		drop_oldest(cache->directory_fd);
}

void boot_cache_end(struct boot_cache *cache)
{
	_cleanup_error_ struct error ignored = {};
	_cleanup_text_ struct text xml = {};
	int seals = cache->fd < 0 ? -1 : fcntl(cache->fd, F_GET_SEALS);

	if (seals >= 0 && (seals & RUN_CAPABILITIES_SEALS) == RUN_CAPABILITIES_SEALS &&
	    lseek(cache->fd, 0, SEEK_SET) == 0 &&
	    file_read_fd(cache->fd, "capabilities",
			 RUN_CAPABILITIES_LIMIT - NAME_BYTES - 1, &xml, &ignored) == 0 &&
	    xml.n > 0 &&
	    (xml.n != cache->given.n || memcmp(xml.s, cache->given.s, xml.n) != 0))
		write_entry(cache, &xml);
	close_fd(&cache->fd);
	close_fd(&cache->directory_fd);
	text_free(&cache->given);
	free(cache->name);
	free(cache->emulator);
	*cache = (struct boot_cache){.fd = -1, .directory_fd = -1};
}

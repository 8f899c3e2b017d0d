/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/boot/initrd.h"

#include "planner/boot/archive-library.h"
#include "base/file.h"
#include "base/list.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static const char *inside(const char *path)
{
	while (*path == '/')
		path++;
	return path;
}

/* The position of @path in the order, whether or not it exists. */
static size_t find(const struct initrd *initrd, const char *path, bool *ret_there)
{
	size_t low = 0, high = initrd->entries.n;

	*ret_there = false;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(initrd->entries.v[middle].path, path);

		if (order == 0) {
			*ret_there = true;
			return middle;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool initrd_has(const struct initrd *initrd, const char *path)
{
	bool there;

	find(initrd, inside(path), &there);
	return there;
}

/* Adds an entry in its position, with the directories above it; NULL if it exists. */
static struct initrd_entry *add(struct initrd *initrd, const char *path, mode_t mode)
{
	const char *name = inside(path), *slash = strrchr(name, '/');
	bool there;
	size_t at;

	if (!*name || (find(initrd, name, &there), there))
		return NULL;
	if (slash) {
		_cleanup_free_ char *above = xstrndup(name, (size_t)(slash - name));

		initrd_directory(initrd, above);
	}
	at = find(initrd, name, &there);
	vec_add(&initrd->entries);
	memmove(&initrd->entries.v[at + 1], &initrd->entries.v[at],
		(initrd->entries.n - 1 - at) * sizeof(*initrd->entries.v));
	initrd->entries.v[at] =
		(struct initrd_entry){.path = xstrdup(name), .mode = mode};
	return &initrd->entries.v[at];
}

void initrd_directory(struct initrd *initrd, const char *path)
{
	add(initrd, path, S_IFDIR | 0755);
}

void initrd_file(struct initrd *initrd, const char *path, mode_t permissions,
		 const char *bytes, size_t n)
{
	struct initrd_entry *entry = add(initrd, path, S_IFREG | permissions);

	if (!entry)
		return;
	text_add(&entry->bytes, bytes, n);
	initrd->bytes += n;
}

void initrd_link(struct initrd *initrd, const char *path, const char *target)
{
	struct initrd_entry *entry = add(initrd, path, S_IFLNK | 0777);

	if (entry)
		text_adds(&entry->bytes, target);
}

void initrd_device(struct initrd *initrd, const char *path, unsigned major,
		   unsigned minor)
{
	struct initrd_entry *entry = add(initrd, path, S_IFCHR | 0600);

	if (!entry)
		return;
	entry->major = major;
	entry->minor = minor;
}

/* The guest has no ld.so.cache; its loader uses LD_LIBRARY_PATH instead. */
static void note_library(struct initrd *initrd, const char *path)
{
	const char *slash = strrchr(path, '/');
	_cleanup_free_ char *folder = xstrndup(path, (size_t)(slash - path));

	if (!list_has(initrd->library_path.s, ':', folder))
		text_printf(&initrd->library_path, "%s:", folder);
}

static int copy_libraries(struct initrd *initrd, const struct elf_needs *needs,
			  const char *from, struct error *error)
{
	if (needs->interpreter && !initrd_has(initrd, needs->interpreter) &&
	    initrd_copy(initrd, needs->interpreter, NULL, error) < 0)
		return error_wrap(error, "%s needs its dynamic loader", from);
	for (size_t i = 0; i < needs->libraries.n; i++) {
		const char *library = needs->libraries.v[i];
		_cleanup_free_ char *path = elf_find_library(needs, from, library);

		if (!path)
			return error_system(error, 0,
					    "%s needs %s, which cannot be found", from,
					    library);
		note_library(initrd, path);
		if (!initrd_has(initrd, path) &&
		    initrd_copy(initrd, path, NULL, error) < 0)
			return error_wrap(error, "%s needs it", from);
	}
	return 0;
}

int initrd_copy(struct initrd *initrd, const char *host_path, const char *path,
		struct error *error)
{
	_cleanup_fd_ int fd =
		open(host_path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	_cleanup_(elf_needs_free) struct elf_needs needs = {};
	_cleanup_text_ struct text bytes = {};
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return error_system(error, errno, "%s", host_path);
	if (!S_ISREG(st.st_mode))
		return error_input(error, "%s: not a regular file", host_path);
	if ((uint64_t)st.st_size > INITRD_LIMIT - initrd->bytes)
		return error_input(error, "%s: the initrd would be larger than %u MiB",
				   host_path, INITRD_LIMIT >> 20);
	if (file_read_fd(fd, host_path, INITRD_LIMIT, &bytes, error) < 0)
		return -1;
	initrd_file(initrd, path ? path : host_path, st.st_mode & 0111 ? 0755 : 0644,
		    bytes.s, bytes.n);
	if (!elf_read_needs(bytes.s, bytes.n, &needs))
		return 0;
	return copy_libraries(initrd, &needs, host_path, error);
}

static la_ssize_t on_bytes(struct archive *archive, void *opaque, const void *bytes,
			   size_t n)
{
	(void)archive;
	text_add(opaque, bytes, n);
	return (la_ssize_t)n;
}

static int write_entry(struct archive *archive, const struct initrd_entry *entry,
		       int64_t number)
{
	struct archive_entry *e = sym_archive_entry_new();
	bool file = S_ISREG(entry->mode);
	int answer;

	sym_archive_entry_set_pathname(e, entry->path);
	sym_archive_entry_set_mode(e, entry->mode);
	sym_archive_entry_set_nlink(e, S_ISDIR(entry->mode) ? 2 : 1);
	sym_archive_entry_set_ino64(e, number);
	sym_archive_entry_set_uid(e, 0);
	sym_archive_entry_set_gid(e, 0);
	sym_archive_entry_set_mtime(e, 0, 0);
	sym_archive_entry_set_dev(e, 0);
	sym_archive_entry_set_size(e, file ? (la_int64_t)entry->bytes.n : 0);
	if (S_ISLNK(entry->mode))
		sym_archive_entry_set_symlink(e, entry->bytes.s);
	if (S_ISCHR(entry->mode)) {
		sym_archive_entry_set_rdevmajor(e, entry->major);
		sym_archive_entry_set_rdevminor(e, entry->minor);
	}
	answer = sym_archive_write_header(archive, e);
	sym_archive_entry_free(e);
	if (answer == ARCHIVE_OK && file && entry->bytes.n > 0 &&
	    sym_archive_write_data(archive, entry->bytes.s, entry->bytes.n) !=
		    (la_ssize_t)entry->bytes.n)
		answer = ARCHIVE_FATAL;
	return answer;
}

/* The filter's name and options, by enum initrd_compression. gzip's has no timestamp. */
static const struct {
	const char *name, *options;
} filters[] = {
	[INITRD_PLAIN] = {NULL, NULL},
	[INITRD_GZIP] = {"gzip", "gzip:!timestamp,gzip:compression-level=6"},
	[INITRD_ZSTD] = {"zstd", "zstd:compression-level=6"},
};

static int open_archive(struct archive *archive, enum initrd_compression compression,
			struct text *ret)
{
	const char *filter = filters[compression].name;

	if (sym_archive_write_set_format_cpio_newc(archive) != ARCHIVE_OK)
		return -1;
	if (filter && sym_archive_write_add_filter_by_name(archive, filter) != ARCHIVE_OK)
		return -1;
	if (filter &&
	    sym_archive_write_set_options(archive, filters[compression].options) !=
		    ARCHIVE_OK)
		return -1;
	sym_archive_write_set_bytes_per_block(archive, 0);
	return sym_archive_write_open(archive, ret, NULL, on_bytes, NULL) == ARCHIVE_OK
		       ? 0
		       : -1;
}

int initrd_write(const struct initrd *initrd, enum initrd_compression compression,
		 struct text *ret, struct error *error)
{
	struct archive *archive;
	int answer;

	if (archive_library_load(error) < 0)
		return -1;
	archive = sym_archive_write_new();
	answer = open_archive(archive, compression, ret);
	for (size_t i = 0; i < initrd->entries.n && answer == 0; i++)
		if (write_entry(archive, &initrd->entries.v[i], (int64_t)i + 1) !=
		    ARCHIVE_OK)
			answer = -1;
	if (answer == 0 && sym_archive_write_close(archive) != ARCHIVE_OK)
		answer = -1;
	if (answer < 0)
		error_system(error, 0, "cannot write the initrd: %s",
			     sym_archive_error_string(archive));
	sym_archive_write_free(archive);
	return answer;
}

void initrd_free(struct initrd *initrd)
{
	for (size_t i = 0; i < initrd->entries.n; i++) {
		free(initrd->entries.v[i].path);
		text_free(&initrd->entries.v[i].bytes);
	}
	vec_free(&initrd->entries);
	text_free(&initrd->library_path);
	initrd->bytes = 0;
}

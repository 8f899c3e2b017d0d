/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * definition-read.c - finds definitions: the files *.conf of all directories, sorted by
 * name; of files with the same name the first. Each is followed by its drop-ins, which
 * are the files *.conf in NAME.conf.d of all directories, in the same way.
 */
#include "partition/definition.h"

#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#define FILE_BYTES (1u << 20) /* of a definition */

struct found {
	char *name, *path; /* owned */
	bool masked;       /* empty, so that those of the same name are left out too */
};
struct found_list {
	VEC(struct found) list;
};

static void found_free(struct found_list *found)
{
	for (size_t i = 0; i < found->list.n; i++) {
		free(found->list.v[i].name);
		free(found->list.v[i].path);
	}
	vec_free(&found->list);
}

static bool has_name(const struct found_list *found, const char *name)
{
	for (size_t i = 0; i < found->list.n; i++)
		if (streq(found->list.v[i].name, name))
			return true;
	return false;
}

/* An empty file, or a link to /dev/null. */
static bool is_mask(const struct stat *status)
{
	return S_ISREG(status->st_mode)
		       ? status->st_size == 0
		       : S_ISCHR(status->st_mode) && status->st_rdev == makedev(1, 3);
}

static int is_definition(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && has_suffix(entry->d_name, ".conf");
}

/* Adds the files of one directory, which may be missing if it is one of drop-ins. */
static int search(const char *directory, bool optional, struct found_list *found,
		  struct error *error)
{
	struct dirent **entries = NULL;
	int n = scandir(directory, &entries, is_definition, NULL);

	if (n < 0 && (errno == ENOENT || errno == ENOTDIR))
		return optional
			       ? 0
			       : error_input(error, "%s: %s", directory, strerror(errno));
	if (n < 0)
		return error_system(error, errno, "%s: cannot be read", directory);
	for (int i = 0; i < n; i++) {
		const char *name = entries[i]->d_name;
		_cleanup_free_ char *path = xasprintf("%s/%s", directory, name);
		struct stat status;

		if (!has_name(found, name) && stat(path, &status) == 0 &&
		    !S_ISDIR(status.st_mode))
			*vec_add(&found->list) = (struct found){xstrdup(name), TAKE(path),
								is_mask(&status)};
		free(entries[i]);
	}
	free(entries);
	return 0;
}

static int by_name(const void *left, const void *right)
{
	const struct found *a = left, *b = right;

	return strcmp(a->name, b->name);
}

static int search_all(const vec_strings *directories, const char *drop_in,
		      struct found_list *found, struct error *error)
{
	for (size_t i = 0; i < directories->n; i++) {
		_cleanup_free_ char *path =
			drop_in ? xasprintf("%s/%s.d", directories->v[i], drop_in)
				: xstrdup(directories->v[i]);

		if (search(path, drop_in != NULL, found, error) < 0)
			return -1;
	}
	vec_sort(&found->list, by_name);
	return 0;
}

static int apply_file(struct definition_list *list, struct definition *definition,
		      const char *path, struct error *error)
{
	_cleanup_text_ struct text text = {};

	if (file_read(path, FILE_BYTES, &text, error) < 0)
		return -1;
	return definition_apply(list, definition, path, text.s ? text.s : "", text.n,
				error);
}

static int read_one(const vec_strings *directories, const struct found *file,
		    struct definition_list *list, struct error *error)
{
	_cleanup_(found_free) struct found_list drop_ins = {};
	struct definition *definition;

	if (file->masked)
		return 0;
	definition = definition_add(list, file->path);
	if (apply_file(list, definition, file->path, error) < 0 ||
	    search_all(directories, file->name, &drop_ins, error) < 0)
		return -1;
	for (size_t i = 0; i < drop_ins.list.n; i++)
		if (!drop_ins.list.v[i].masked &&
		    apply_file(list, definition, drop_ins.list.v[i].path, error) < 0)
			return -1;
	return 0;
}

int definition_read(const vec_strings *directories, struct definition_list *list,
		    struct error *error)
{
	_cleanup_(found_free) struct found_list files = {};

	if (search_all(directories, NULL, &files, error) < 0)
		return -1;
	for (size_t i = 0; i < files.list.n; i++)
		if (read_one(directories, &files.list.v[i], list, error) < 0)
			return -1;
	if (list->list.n == 0)
		return error_input(error,
				   "%s: contains no definition, which is a file *.conf",
				   directories->v[0]);
	return 0;
}

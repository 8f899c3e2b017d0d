/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "partition/fill-tree.h"

#include "base/utf8.h"
#include "base/vec.h"

#include <errno.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A walk over a folder that follows no link, except that @folder itself may be one. */
static FTS *open_tree(const char *folder)
{
	_cleanup_free_ char *top = xasprintf("%s/", folder);
	char *const roots[] = {top, NULL};

	return fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
}

/* Names that FAT takes for one: it keeps the case, but does not tell it apart. */
static int by_name(const void *left, const void *right)
{
	const FTSENT *a = *(const FTSENT *const *)left,
		     *b = *(const FTSENT *const *)right;

	return strcasecmp(a->fts_name, b->fts_name);
}

static int check_names(FTS *tree, const FTSENT *folder, struct error *error)
{
	VEC(const FTSENT *) list = {};
	int rc = 0;

	for (const FTSENT *at = fts_children(tree, 0); at; at = at->fts_link)
		*vec_add(&list) = at;
	vec_sort(&list, by_name);
	for (size_t i = 1; i < list.n && rc == 0; i++)
		if (strcasecmp(list.v[i - 1]->fts_name, list.v[i]->fts_name) == 0)
			rc = error_input(
				error,
				"%s: \"%s\" and \"%s\" differ only in case, so vfat cannot hold both",
				folder->fts_path, list.v[i - 1]->fts_name,
				list.v[i]->fts_name);
	vec_free(&list);
	return rc;
}

/* Names of devices in DOS, in any case; mcopy refuses them silently. */
static bool is_dos_device(const char *name)
{
	static const char *const names[] = {"AUX", "CON", "NUL", "PRN"};
	static const char *const ports[] = {"COM", "LPT"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strcasecmp(name, names[i]) == 0)
			return true;
	for (size_t i = 0; i < ARRAY_SIZE(ports); i++)
		if (strncasecmp(name, ports[i], 3) == 0 && strlen(name) == 4 &&
		    name[3] >= '1' && name[3] <= '4')
			return true;
	return false;
}

/*
 * Why a name cannot be kept, or NULL: FAT has no such names ([MS-FSCC], 2.1.5), or mcopy
 * (mtools 4.0.32) silently makes another one, such as "b" of "a:b".
 */
static const char *name_fault(const char *name)
{
	size_t n = strlen(name);

	if (is_dos_device(name))
		return "it is the name of a device in DOS";
	if (n > 0 && (name[n - 1] == '.' || name[n - 1] == ' '))
		return "it ends with a dot or a blank";
	for (size_t step; *name; name += step) {
		step = utf8_length(name);
		if (step == 0)
			return "it is not UTF-8";
		if (step == 4)
			return "it has a character above U+FFFF";
		if ((unsigned char)*name < ' ' || *name == 0x7f ||
		    strchr("\"*/:<>?\\|", *name))
			return "it has one of the characters \"*/:<>?\\| or a control character";
	}
	return NULL;
}

static int check_name(const FTSENT *at, struct error *error)
{
	const char *fault = at->fts_level > 0 ? name_fault(at->fts_name) : NULL;

	if (!fault)
		return 0;
	return error_input(error, "%s: vfat cannot hold this name: %s", at->fts_path,
			   fault);
}

static int check_vfat(FTS *tree, const FTSENT *at, struct error *error)
{
	switch (at->fts_info) {
	case FTS_D:
		if (check_name(at, error) < 0)
			return -1;
		return check_names(tree, at, error);
	case FTS_F:
		return check_name(at, error);
	case FTS_DP:
		return 0;
	case FTS_SL:
	case FTS_SLNONE:
		return error_input(
			error,
			"%s: is a symbolic link, which vfat cannot hold and which is not followed; remove it, or copy its target into the directory",
			at->fts_path);
	default:
		return error_input(
			error,
			"%s: is neither a file nor a directory, and vfat can hold nothing else",
			at->fts_path);
	}
}

/*
 * A file that belongs to root cannot be read by an ordinary user, also under fakeroot,
 * nor can one whose mode forbids it to its owner, such as /etc/shadow- of some systems.
 */
static int refuse_file(const char *path, const struct stat *st, int errnum,
		       struct error *error)
{
	if (errnum != EACCES)
		return error_system(error, errnum, "%s: cannot be read", path);
	/* fts is not under the control of fakeroot, which changes what geteuid returns.
	 */
	if (st && st->st_uid == (uid_t)syscall(SYS_geteuid) &&
	    (st->st_mode & S_IRUSR) == 0)
		return error_system(
			error, 0,
			"%s: cannot be read: its mode is %04o; chmod u+r makes it readable",
			path, st->st_mode & 07777);
	return error_system(
		error, 0,
		"%s: cannot be read: %s; copy or unpack the files and create the image in one fakeroot(1), or run this as root",
		path, strerror(errnum));
}

static int check_one(FTS *tree, const FTSENT *at, bool vfat, struct error *error)
{
	if (at->fts_info == FTS_DNR || at->fts_info == FTS_ERR || at->fts_info == FTS_NS)
		return refuse_file(at->fts_path,
				   at->fts_info == FTS_DNR ? at->fts_statp : NULL,
				   at->fts_errno, error);
	if (at->fts_info == FTS_F && access(at->fts_accpath, R_OK) < 0)
		return refuse_file(at->fts_path, at->fts_statp, errno, error);
	return vfat ? check_vfat(tree, at, error) : 0;
}

int tree_check(const char *folder, const char *format, struct error *error)
{
	bool vfat = strcmp(format, "vfat") == 0;
	FTS *tree = open_tree(folder);
	const FTSENT *at;
	int rc = 0;

	if (!tree)
		return error_system(error, errno, "%s: cannot be read", folder);
	while (rc == 0 && (at = fts_read(tree)))
		rc = check_one(tree, at, vfat, error);
	if (rc == 0 && errno) /* fts_read() sets it to 0 at the end */
		rc = error_system(error, errno, "%s: cannot be read", folder);
	fts_close(tree);
	return rc;
}

bool tree_size(const char *folder, uint64_t *ret_files, uint64_t *ret_bytes)
{
	FTS *tree = open_tree(folder);
	const FTSENT *at;
	bool complete;

	*ret_files = *ret_bytes = 0;
	if (!tree)
		return false;
	while ((at = fts_read(tree)))
		if (at->fts_info == FTS_F || at->fts_info == FTS_SL) {
			(*ret_files)++;
			*ret_bytes += (uint64_t)at->fts_statp->st_size;
		}
	complete = errno == 0;
	fts_close(tree);
	return complete;
}

unsigned tree_owner(const char *folder)
{
	FTS *tree = open_tree(folder);
	unsigned owner = 0;

	if (!tree)
		return 0;
	for (FTSENT *at; owner == 0 && (at = fts_read(tree));)
		if (at->fts_statp && at->fts_info != FTS_NS && at->fts_info != FTS_DP)
			owner = at->fts_statp->st_uid;
	fts_close(tree);
	return owner;
}

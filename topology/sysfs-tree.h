/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * tree.h - reads small files of a live or recorded system below one open directory.
 *
 * The kernel never follows a symbolic link for us: a recorded tree may contain absolute
 * or hostile ones. Links are read as text, converted to a path below the top and opened
 * component by component. A missing file is an ordinary result; a malformed one is a
 * complaint of the machine.
 */
#pragma once

#include "topology/machine.h"

#define TREE_FILE_LIMIT (1u << 20) /* bytes; larger files are truncated */
#define TREE_KEEP_LIMIT 4096       /* bytes; larger ones are not kept */

/* A directory. Closed by tree_close; a zeroed one with fd -1 is empty. */
struct tree {
	int fd;
	char *path;              /* from the top, "" at the top; owned */
	struct machine *machine; /* gets complaints, and files if keep is set */
	bool keep;               /* whether files that are read are added to
				  * machine->files */
};
#define _cleanup_tree_ _cleanup_(tree_close)

/* The top: @fd is duplicated. False if it is not an open directory. */
bool tree_top(int fd, struct machine *machine, struct tree *ret);
/* A directory below; false, with an empty *ret, if it does not exist. */
bool tree_sub(const struct tree *tree, const char *path, struct tree *ret);
void tree_close(struct tree *tree);
/* Whether @path exists: a directory, a file or a link, which may be dangling. */
bool tree_has(const struct tree *tree, const char *path);

/* The names in the directory @path ("." for itself), sorted. Empty if it does not
 * exist. */
struct tree_names {
	char **v;
	size_t n, room;
};
void tree_list(const struct tree *tree, const char *path, struct tree_names *ret);
void tree_names_free(struct tree_names *names);
#define _cleanup_names_ _cleanup_(tree_names_free)

/* The bytes of a file, at most @limit. False if it is absent or cannot be read. */
bool tree_bytes(const struct tree *tree, const char *path, size_t limit,
		struct text *ret);
/* The text of a file without trailing white space; NULL likewise. Owned by the caller. */
char *tree_text(const struct tree *tree, const char *path) _must_check_;

/* One value per file. False, *ret unchanged, if it is absent or, with a complaint,
 * bad. */
bool tree_int(const struct tree *tree, const char *path, int *ret);
bool tree_u64(const struct tree *tree, const char *path, uint64_t *ret);
/* Hexadecimal up to @max, with or without 0x. */
bool tree_hex(const struct tree *tree, const char *path, uint64_t max, uint64_t *ret);
/* A CPU or node list ("0-3,8"). *ret must be empty. */
bool tree_set(const struct tree *tree, const char *path, struct set *ret);
/* A mask as the kernel writes it: 32-bit words in hexadecimal, highest first. */
bool tree_mask(const struct tree *tree, const char *path, struct set *ret);

/* Last component of the link's text, NULL if it is not a link. Owned by the caller. */
char *tree_link_name(const struct tree *tree, const char *path) _must_check_;
/*
 * Where the link @path points, as a path from @tree, which must be a sys directory:
 * "/sys" at the start of an absolute text means @tree. NULL if it is not a link or leads
 * outside. Owned by the caller; the target need not exist.
 */
char *tree_link_path(const struct tree *tree, const char *path) _must_check_;

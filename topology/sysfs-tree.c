/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "topology/sysfs-tree.h"

#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#define DIRECTORY_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

bool tree_top(int fd, struct machine *machine, struct tree *ret)
{
	*ret = (struct tree){.fd = openat(fd, ".", DIRECTORY_FLAGS), .machine = machine};
	if (ret->fd < 0)
		return false;
	ret->path = xstrdup("");
	return true;
}

void tree_close(struct tree *tree)
{
	close_fd(&tree->fd);
	free(TAKE(tree->path));
}

/*
 * Opens the directory that contains the last component of @path, which *ret_name is set
 * to. Returns tree->fd itself if there is only one component. -1 with errno.
 */
static int open_parent(const struct tree *tree, const char *path, const char **ret_name)
{
	int at = tree->fd;
	const char *slash;

	while ((slash = strchr(path, '/'))) {
		_cleanup_free_ char *name = xstrndup(path, (size_t)(slash - path));
		int below = openat(at, name, O_PATH | DIRECTORY_FLAGS);

		if (at != tree->fd)
			close(at);
		if (below < 0)
			return -1;
		at = below;
		path = slash + 1;
	}
	*ret_name = path;
	return at;
}

/* An openat that follows no link in any component. -1 with errno. */
static int open_below(const struct tree *tree, const char *path, int flags)
{
	const char *name;
	int parent = open_parent(tree, path, &name), fd, errnum;

	if (parent < 0)
		return -1;
	fd = openat(parent, name, flags | O_NOFOLLOW | O_CLOEXEC);
	errnum = errno;
	if (parent != tree->fd)
		close(parent);
	errno = errnum;
	return fd;
}

static char *full_path(const struct tree *tree, const char *path)
{
	if (!*tree->path)
		return xstrdup(path);
	return xasprintf("%s/%s", tree->path, path);
}

bool tree_sub(const struct tree *tree, const char *path, struct tree *ret)
{
	*ret = (struct tree){.fd = open_below(tree, path, DIRECTORY_FLAGS),
			     .machine = tree->machine,
			     .keep = tree->keep};
	if (ret->fd < 0)
		return false;
	ret->path = full_path(tree, path);
	return true;
}

bool tree_has(const struct tree *tree, const char *path)
{
	const char *name;
	int parent = open_parent(tree, path, &name);
	struct stat st;
	bool there;

	if (parent < 0)
		return false;
	there = fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
	if (parent != tree->fd)
		close(parent);
	return there;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void tree_list(const struct tree *tree, const char *path, struct tree_names *ret)
{
	int fd = open_below(tree, path, DIRECTORY_FLAGS);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	*ret = (struct tree_names){};
	if (!directory) {
		close_fd(&fd);
		return;
	}
	while ((entry = readdir(directory)))
		if (entry->d_name[0] != '.')
			*vec_add(ret) = xstrdup(entry->d_name);
	closedir(directory);
	vec_sort(ret, by_name);
}

void tree_names_free(struct tree_names *names)
{
	for (size_t i = 0; i < names->n; i++)
		free(names->v[i]);
	vec_free(names);
}

/* If a file ends early or fails, returns what could be read, as for config. */
static bool read_some(int fd, size_t limit, struct text *ret)
{
	char buffer[4096];
	ssize_t n;

	while (ret->n < limit) {
		n = read(fd, buffer, MIN(sizeof(buffer), limit - ret->n));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && !ret->n)
			return false;
		if (n <= 0)
			break;
		text_add(ret, buffer, (size_t)n);
	}
	text_add(ret, "", 0);
	return true;
}

bool tree_bytes(const struct tree *tree, const char *path, size_t limit, struct text *ret)
{
	/* A pipe or a terminal in a recorded tree must not block us. */
	_cleanup_fd_ int fd = open_below(tree, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	       read_some(fd, limit, ret);
}

/* Unchanged, including the newline; once per path, which settling ensures. */
static void keep_file(const struct tree *tree, const char *path, const char *bytes)
{
	struct machine_file *file;

	if (!tree->keep || strlen(bytes) > TREE_KEEP_LIMIT)
		return;
	file = vec_add(&tree->machine->files);
	file->path = full_path(tree, path);
	file->bytes = xstrdup(bytes);
}

char *tree_text(const struct tree *tree, const char *path)
{
	_cleanup_text_ struct text text = {};
	char *string;

	if (!tree_bytes(tree, path, TREE_FILE_LIMIT, &text))
		return NULL;
	string = text_take(&text);
	keep_file(tree, path, string);
	for (size_t n = strlen(string); n && (unsigned char)string[n - 1] <= ' ';)
		string[--n] = 0;
	return string;
}

static void complain(const struct tree *tree, const char *path, const char *what,
		     const char *text)
{
	_cleanup_text_ struct text shown = {};

	text_add_shown(&shown, text);
	machine_complain(tree->machine, "%s%s%s: is not a %s: \"%.80s\"", tree->path,
			 *tree->path ? "/" : "", path, what, shown.s ? shown.s : "");
}

bool tree_int(const struct tree *tree, const char *path, int *ret)
{
	_cleanup_free_ char *text = tree_text(tree, path);

	if (!text)
		return false;
	if (parse_int(text, ret))
		return true;
	complain(tree, path, "number", text);
	return false;
}

bool tree_u64(const struct tree *tree, const char *path, uint64_t *ret)
{
	_cleanup_free_ char *text = tree_text(tree, path);

	if (!text)
		return false;
	if (parse_u64(text, ret))
		return true;
	complain(tree, path, "number", text);
	return false;
}

bool tree_hex(const struct tree *tree, const char *path, uint64_t max, uint64_t *ret)
{
	_cleanup_free_ char *text = tree_text(tree, path), *prefixed = NULL;
	uint64_t value;

	if (!text)
		return false;
	prefixed = has_prefix(text, "0x") ? xstrdup(text) : xasprintf("0x%s", text);
	if (!parse_u64(prefixed, &value) || value > max) {
		complain(tree, path, "hexadecimal number of its size", text);
		return false;
	}
	*ret = value;
	return true;
}

bool tree_set(const struct tree *tree, const char *path, struct set *ret)
{
	_cleanup_free_ char *text = tree_text(tree, path);

	if (!text)
		return false;
	if (set_parse(text, false, ret))
		return true;
	complain(tree, path, "list of numbers", text);
	return false;
}

static int hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *found = c ? strchr(digits, c | 0x20) : NULL;

	return found ? (int)(found - digits) : -1;
}

/* Digits from the end; there is a comma before every eighth. */
static bool mask_parse(const char *text, struct set *ret)
{
	unsigned bit = 0, digits = 0;

	for (size_t i = strlen(text); i-- > 0;) {
		int digit = hex_digit(text[i]);

		if (text[i] == ',' && digits == 8) {
			digits = 0;
			continue;
		}
		if (digit < 0 || digits == 8 || bit + 4 > SET_LIMIT)
			return false;
		for (unsigned k = 0; k < 4; k++)
			if (digit >> k & 1)
				set_add(ret, bit + k);
		bit += 4;
		digits++;
	}
	return bit > 0;
}

bool tree_mask(const struct tree *tree, const char *path, struct set *ret)
{
	_cleanup_free_ char *text = tree_text(tree, path);

	if (!text)
		return false;
	if (mask_parse(has_prefix(text, "0x") ? text + 2 : text, ret))
		return true;
	set_free(ret);
	complain(tree, path, "mask", text);
	return false;
}

static char *link_text(const struct tree *tree, const char *path)
{
	char target[PATH_MAX];
	const char *name;
	int parent = open_parent(tree, path, &name);
	ssize_t n;

	if (parent < 0)
		return NULL;
	n = readlinkat(parent, name, target, sizeof(target) - 1);
	if (parent != tree->fd)
		close(parent);
	return n > 0 ? xstrndup(target, (size_t)n) : NULL;
}

char *tree_link_name(const struct tree *tree, const char *path)
{
	_cleanup_free_ char *text = link_text(tree, path);
	const char *slash = text ? strrchr(text, '/') : NULL;

	return text ? xstrdup(slash ? slash + 1 : text) : NULL;
}

/* Removes ".", ".." and empty components; false if it climbs above the start. */
static bool normalise(const char *path, struct text *ret)
{
	while (*path) {
		size_t n = strcspn(path, "/");

		if (n == 2 && memcmp(path, "..", 2) == 0) {
			const char *slash = ret->n ? strrchr(ret->s, '/') : NULL;

			if (!ret->n)
				return false;
			ret->n = slash ? (size_t)(slash - ret->s) : 0;
			ret->s[ret->n] = 0;
		} else if (n && !(n == 1 && *path == '.')) {
			if (ret->n)
				text_addc(ret, '/');
			text_add(ret, path, n);
		}
		path += n + (path[n] == '/');
	}
	return ret->n > 0;
}

char *tree_link_path(const struct tree *tree, const char *path)
{
	_cleanup_free_ char *text = link_text(tree, path), *joined = NULL;
	_cleanup_text_ struct text normal = {};
	const char *slash = strrchr(path, '/');

	if (!text)
		return NULL;
	if (has_prefix(text, "/sys/"))
		joined = xstrdup(text + strlen("/sys/"));
	else if (*text == '/')
		return NULL;
	else
		joined = xasprintf("%.*s%s", slash ? (int)(slash + 1 - path) : 0, path,
				   text);
	return normalise(joined, &normal) ? text_take(&normal) : NULL;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * initrd-modules.c - kernel modules with their dependencies. A module lists them itself
 * ("depends=a,b" in its section .modinfo, kernel scripts/mod/modpost.c), so a package
 * that was only unpacked, without running depmod, is enough.
 */
#include "planner/boot/initrd.h"

#include "planner/boot/archive-library.h"
#include "base/file.h"
#include "base/mem.h"

#include <elf.h>
#include <errno.h>
#include <fts.h>
#include <glob.h>
#include <unistd.h>

enum { MODULE_LIMIT = 256 << 20, DEPTH_LIMIT = 32 };

struct module_file {
	char *name; /* with '_' for '-' */
	char *path; /* NULL: built into the kernel */
};

struct module_tree {
	char *directory;
	char *shown;                   /* its name in messages */
	VEC(struct module_file) files; /* by name */
};

/* "kernel/drivers/vfio/vfio-pci.ko.xz" gives vfio_pci; NULL if it is not a module. */
static char *module_name(const char *path)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	const char *dot = strstr(base, ".ko");
	char *name;

	if (!dot || (dot[3] != '\0' && dot[3] != '.'))
		return NULL;
	name = xstrndup(base, (size_t)(dot - base));
	for (char *c = name; *c; c++)
		if (*c == '-')
			*c = '_';
	return name;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct module_file *)a)->name,
		      ((const struct module_file *)b)->name);
}

static void note(struct module_tree *tree, const char *path, bool built_in)
{
	char *name = module_name(path);

	if (name)
		*vec_add(&tree->files) = (struct module_file){
			.name = name,
			.path = built_in ? NULL : xstrdup(path),
		};
}

/* modules.builtin lists one path per line; without it every name must be a file. */
static void read_builtin(struct module_tree *tree)
{
	_cleanup_free_ char *path = xasprintf("%s/modules.builtin", tree->directory);
	_cleanup_error_ struct error ignored = {};
	_cleanup_text_ struct text text = {};
	char *rest, *line;

	if (file_read(path, MODULE_LIMIT, &text, &ignored) < 0)
		return;
	rest = text.s;
	while ((line = strsep(&rest, "\n")))
		note(tree, line, true);
}

static int read_tree(struct module_tree *tree, struct error *error)
{
	char *roots[] = {tree->directory, NULL};
	FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, NULL);
	FTSENT *entry;
	int fault;

	if (!walk)
		return error_system(error, errno, "%s", tree->directory);
	while ((entry = fts_read(walk)))
		if (entry->fts_info == FTS_F)
			note(tree, entry->fts_path, false);
	fault = errno; /* 0 at the end */
	fts_close(walk);
	if (fault)
		return error_system(error, fault, "%s", tree->directory);
	read_builtin(tree);
	vec_sort(&tree->files, by_name);
	if (tree->files.n == 0)
		return error_input(error, "%s: contains no kernel modules", tree->shown);
	return 0;
}

/*
 * lib/modules/VERSION itself, or a directory above it. The caller frees it; NULL: none.
 */
static char *find_directory(const char *directory, const char *version, bool *ret_several)
{
	/* Since Debian forky the list is in another package than the modules. */
	static const char *const patterns[] = {"%s/modules.order",
					       "%s/%s/modules.order",
					       "%s/lib/modules/%s/modules.order",
					       "%s/usr/lib/modules/%s/modules.order",
					       "%s/" MODULES_FOLDER,
					       "%s/%s/" MODULES_FOLDER,
					       "%s/lib/modules/%s/" MODULES_FOLDER,
					       "%s/usr/lib/modules/%s/" MODULES_FOLDER};
	char *path = NULL;

	*ret_several = false;
	for (size_t i = 0; i < ARRAY_SIZE(patterns) && !path && !*ret_several; i++) {
		_cleanup_free_ char *pattern =
			xasprintf(patterns[i], directory, version ? version : "*");
		glob_t found = {};

		if (glob(pattern, 0, NULL, &found) == 0) {
			*ret_several = found.gl_pathc > 1;
			path = xstrdup(found.gl_pathv[0]);
			*strrchr(path, '/') = '\0';
		}
		globfree(&found);
	}
	return path;
}

int module_tree_open(const char *directory, const char *shown, const char *version,
		     struct module_tree **ret, struct error *error)
{
	bool several;
	char *path = find_directory(directory, version, &several);
	struct module_tree *tree;

	if (several) {
		free(path);
		return error_input(
			error,
			"%s: contains the modules of several kernels; name one of lib/modules/*",
			shown);
	}
	if (!path)
		return error_input(
			error, "%s: contains no kernel modules (no modules.order%s%s)",
			shown, version ? " for " : "", version ? version : "");
	tree = xnew(struct module_tree);
	tree->directory = path;
	tree->shown = xstrdup(shown);
	if (read_tree(tree, error) < 0) {
		module_tree_free(&tree);
		return -1;
	}
	*ret = tree;
	return 0;
}

void module_tree_free(struct module_tree **ret)
{
	struct module_tree *tree = TAKE(*ret);

	if (!tree)
		return;
	for (size_t i = 0; i < tree->files.n; i++) {
		free(tree->files.v[i].name);
		free(tree->files.v[i].path);
	}
	vec_free(&tree->files);
	free(tree->directory);
	free(tree->shown);
	free(tree);
}

/* The uncompressed module. */
static int unpack(const char *path, struct text *ret, struct error *error)
{
	struct archive *archive;
	struct archive_entry *entry;
	char buffer[65536];
	la_ssize_t n = -1;

	if (archive_library_load(error) < 0)
		return -1;
	archive = sym_archive_read_new();
	sym_archive_read_support_format_raw(archive);
	sym_archive_read_support_filter_all(archive);
	if (sym_archive_read_open_filename(archive, path, sizeof(buffer)) == ARCHIVE_OK &&
	    sym_archive_read_next_header(archive, &entry) == ARCHIVE_OK)
		while ((n = sym_archive_read_data(archive, buffer, sizeof(buffer))) > 0 &&
		       ret->n <= MODULE_LIMIT)
			text_add(ret, buffer, (size_t)n);
	if (n < 0)
		error_system(error, 0, "%s: %s", path, sym_archive_error_string(archive));
	else if (n > 0)
		error_input(error, "%s: larger than %d MiB", path, MODULE_LIMIT >> 20);
	sym_archive_read_free(archive);
	return n == 0 ? 0 : -1;
}

/* The section .modinfo: NUL-separated strings "key=value". NULL if there is none. */
static const char *find_modinfo(const struct text *module, size_t *ret_n)
{
	Elf64_Ehdr header;
	Elf64_Shdr names, section;
	size_t n = module->n;

	if (n < sizeof(header))
		return NULL;
	memcpy(&header, module->s, sizeof(header));
	if (memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
	    header.e_ident[EI_CLASS] != ELFCLASS64 ||
	    header.e_shentsize != sizeof(section) || header.e_shoff > n ||
	    header.e_shnum > (n - header.e_shoff) / sizeof(section) ||
	    header.e_shstrndx >= header.e_shnum)
		return NULL;
	memcpy(&names, module->s + header.e_shoff + header.e_shstrndx * sizeof(section),
	       sizeof(names));
	for (size_t i = 0; i < header.e_shnum; i++) {
		uint64_t name;

		memcpy(&section, module->s + header.e_shoff + i * sizeof(section),
		       sizeof(section));
		name = names.sh_offset + section.sh_name;
		if (name < names.sh_offset || name > n || n - name < sizeof(".modinfo") ||
		    memcmp(module->s + name, ".modinfo", sizeof(".modinfo")) != 0 ||
		    section.sh_offset > n || section.sh_size > n - section.sh_offset)
			continue;
		*ret_n = section.sh_size;
		return module->s + section.sh_offset;
	}
	return NULL;
}

/* The comma-separated list after "depends=", or NULL. The caller frees it. */
static char *module_depends(const struct text *module)
{
	size_t n = 0;
	const char *info = find_modinfo(module, &n);

	for (size_t i = 0; info && i < n;) {
		size_t length = strnlen(info + i, n - i);

		if (length >= 8 && memcmp(info + i, "depends=", 8) == 0)
			return xstrndup(info + i + 8, length - 8);
		i += length + 1;
	}
	return NULL;
}

static const struct module_file *find_module(const struct module_tree *tree,
					     const char *name)
{
	_cleanup_free_ char *file = xasprintf("%s.ko", name);
	_cleanup_free_ char *wanted = module_name(file);
	struct module_file key = {.name = wanted};

	if (!wanted || tree->files.n == 0)
		return NULL;
	return bsearch(&key, tree->files.v, tree->files.n, sizeof(key), by_name);
}

static int add_module(struct initrd *initrd, struct module_tree *tree, const char *name,
		      unsigned depth, struct text *order, struct error *error)
{
	const struct module_file *file = find_module(tree, name);
	_cleanup_free_ char *depends = NULL, *path = NULL;
	_cleanup_text_ struct text bytes = {};
	char *rest, *other;

	if (!file)
		return error_input(error, "%s: contains no kernel module %s", tree->shown,
				   name);
	if (!file->path)
		return 0;
	path = xasprintf("/lib/modules/%s.ko", file->name);
	if (initrd_has(initrd, path))
		return 0;
	if (depth > DEPTH_LIMIT)
		return error_input(error, "%s: the dependencies of %s are circular",
				   tree->shown, file->name);
	if (unpack(file->path, &bytes, error) < 0)
		return -1;
	depends = module_depends(&bytes);
	if (!depends)
		return error_input(error, "%s: %s is not a kernel module", tree->shown,
				   file->name);
	rest = depends;
	while ((other = strsep(&rest, ",")))
		if (*other &&
		    add_module(initrd, tree, other, depth + 1, order, error) < 0)
			return error_wrap(error, "%s needs %s", file->name, other);
	initrd_file(initrd, path, 0644, bytes.s, bytes.n);
	text_printf(order, "%s\n", path);
	return 0;
}

int initrd_module(struct initrd *initrd, struct module_tree *tree, const char *name,
		  struct text *order, struct error *error)
{
	return add_module(initrd, tree, name, 0, order, error);
}

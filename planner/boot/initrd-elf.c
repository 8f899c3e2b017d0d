/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * initrd-elf.c - what an ELF file needs to run, found by parsing it, not by running it
 * (System V ABI, chapter 5: program headers, the dynamic section), and where the loader
 * would look (ld.so(8): run path, the directories of ld.so.conf, the default ones).
 * 64-bit little-endian files only; others are copied as they are.
 */
#include "planner/boot/initrd.h"

#include "base/file.h"
#include "base/mem.h"

#include <elf.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <unistd.h>

enum { INCLUDE_DEPTH = 4, PHDR_LIMIT = 1024, DYNAMIC_LIMIT = 4096 };

struct elf {
	const char *bytes;
	size_t n;
	Elf64_Ehdr header;
};

static bool take(const struct elf *elf, uint64_t offset, void *ret, size_t size)
{
	if (offset > elf->n || size > elf->n - offset)
		return false;
	memcpy(ret, elf->bytes + offset, size);
	return true;
}

/* A string that is terminated within the file. */
static const char *string_at(const struct elf *elf, uint64_t offset)
{
	if (offset >= elf->n || !memchr(elf->bytes + offset, '\0', elf->n - offset))
		return NULL;
	return elf->bytes + offset;
}

static bool segment(const struct elf *elf, unsigned i, Elf64_Phdr *ret)
{
	return i < elf->header.e_phnum && i < PHDR_LIMIT &&
	       elf->header.e_phentsize == sizeof(*ret) &&
	       take(elf, elf->header.e_phoff + (uint64_t)i * sizeof(*ret), ret,
		    sizeof(*ret));
}

/* Offset in the file of a virtual address, or UINT64_MAX if no segment contains it. */
static uint64_t offset_of(const struct elf *elf, uint64_t address)
{
	Elf64_Phdr phdr;

	for (unsigned i = 0; segment(elf, i, &phdr); i++)
		if (phdr.p_type == PT_LOAD && address >= phdr.p_vaddr &&
		    address - phdr.p_vaddr < phdr.p_filesz)
			return phdr.p_offset + (address - phdr.p_vaddr);
	return UINT64_MAX;
}

/* DT_RUNPATH takes precedence over DT_RPATH. */
static void keep_name(int64_t tag, const char *name, struct elf_needs *ret)
{
	if (tag == DT_NEEDED) {
		*vec_add(&ret->libraries) = xstrdup(name);
	} else if (!ret->search || tag == DT_RUNPATH) {
		free(ret->search);
		ret->search = xstrdup(name);
	}
}

/* Two passes: the names are offsets into a table whose address is among the entries. */
static bool read_dynamic(const struct elf *elf, const Elf64_Phdr *dynamic,
			 struct elf_needs *ret)
{
	uint64_t strings = UINT64_MAX;
	size_t n = MIN(dynamic->p_filesz / sizeof(Elf64_Dyn), (size_t)DYNAMIC_LIMIT);

	for (int pass = 0; pass < 2; pass++) {
		Elf64_Dyn entry;

		for (size_t i = 0; i < n &&
				   take(elf, dynamic->p_offset + i * sizeof(entry),
					&entry, sizeof(entry)) &&
				   entry.d_tag != DT_NULL;
		     i++) {
			const char *name;

			if (pass == 0 && entry.d_tag == DT_STRTAB)
				strings = offset_of(elf, entry.d_un.d_ptr);
			if (pass == 0 ||
			    (entry.d_tag != DT_NEEDED && entry.d_tag != DT_RUNPATH &&
			     entry.d_tag != DT_RPATH))
				continue;
			name = strings == UINT64_MAX
				       ? NULL
				       : string_at(elf, strings + entry.d_un.d_val);
			if (!name)
				return false;
			keep_name(entry.d_tag, name, ret);
		}
	}
	return true;
}

bool elf_read_needs(const char *bytes, size_t n, struct elf_needs *ret)
{
	struct elf elf = {.bytes = bytes, .n = n};
	Elf64_Phdr phdr;

	if (!take(&elf, 0, &elf.header, sizeof(elf.header)) ||
	    memcmp(elf.header.e_ident, ELFMAG, SELFMAG) != 0 ||
	    elf.header.e_ident[EI_CLASS] != ELFCLASS64 ||
	    elf.header.e_ident[EI_DATA] != ELFDATA2LSB)
		return false;
	ret->machine = elf.header.e_machine;
	ret->class = elf.header.e_ident[EI_CLASS];
	for (unsigned i = 0; segment(&elf, i, &phdr); i++) {
		const char *name;

		if (phdr.p_type == PT_INTERP && !ret->interpreter) {
			name = string_at(&elf, phdr.p_offset);
			if (!name)
				return false;
			ret->interpreter = xstrdup(name);
		}
		if (phdr.p_type == PT_DYNAMIC && !read_dynamic(&elf, &phdr, ret))
			return false;
	}
	return true;
}

void elf_needs_free(struct elf_needs *needs)
{
	free(needs->interpreter);
	free(needs->search);
	for (size_t i = 0; i < needs->libraries.n; i++)
		free(needs->libraries.v[i]);
	vec_free(&needs->libraries);
	*needs = (struct elf_needs){};
}

/* Whether the file is a library for the same kind of machine. */
static bool fits(const char *path, const struct elf_needs *needs)
{
	_cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	Elf64_Ehdr header;

	return fd >= 0 && read(fd, &header, sizeof(header)) == sizeof(header) &&
	       memcmp(header.e_ident, ELFMAG, SELFMAG) == 0 &&
	       header.e_ident[EI_CLASS] == needs->class &&
	       header.e_machine == needs->machine;
}

static char *try_directory(const char *directory, const char *library,
			   const struct elf_needs *needs)
{
	char *path = xasprintf("%s/%s", directory, library);

	if (fits(path, needs))
		return path;
	free(path);
	return NULL;
}

/* The first of the colon-separated directories; $ORIGIN is @from's own. */
static char *search_path(const char *list, const char *from, const char *library,
			 const struct elf_needs *needs)
{
	_cleanup_free_ char *copy = xstrdup(list), *real = realpath(from, NULL);
	char *rest = copy, *directory, *found = NULL;
	const char *slash = real ? strrchr(real, '/') : NULL;
	int n = slash ? (int)(slash - real) : 0;

	while (!found && (directory = strsep(&rest, ":"))) {
		_cleanup_free_ char *expanded = NULL;

		if (has_prefix(directory, "$ORIGIN"))
			expanded =
				xasprintf("%.*s%s", n, real ? real : "", directory + 7);
		else if (has_prefix(directory, "${ORIGIN}"))
			expanded =
				xasprintf("%.*s%s", n, real ? real : "", directory + 9);
		else
			expanded = xstrdup(directory);
		if (*expanded == '/')
			found = try_directory(expanded, library, needs);
	}
	return found;
}

static char *search_conf(const char *conf, int depth, const char *library,
			 const struct elf_needs *needs);

static char *search_include(const char *pattern, int depth, const char *library,
			    const struct elf_needs *needs)
{
	glob_t found = {};
	char *path = NULL;

	if (depth < INCLUDE_DEPTH && glob(pattern, 0, NULL, &found) == 0)
		for (size_t i = 0; i < found.gl_pathc && !path; i++)
			path = search_conf(found.gl_pathv[i], depth + 1, library, needs);
	globfree(&found);
	return path;
}

static char *search_conf(const char *conf, int depth, const char *library,
			 const struct elf_needs *needs)
{
	_cleanup_error_ struct error ignored = {};
	_cleanup_text_ struct text text = {};
	char *rest, *line, *path = NULL;

	if (file_read(conf, 1 << 20, &text, &ignored) < 0)
		return NULL; /* ld.so also works without it */
	rest = text.s;
	while (!path && (line = strsep(&rest, "\n"))) {
		line[strcspn(line, "#")] = '\0';
		line += strspn(line, " \t");
		if (has_prefix(line, "include ") || has_prefix(line, "include\t"))
			path = search_include(line + 8 + strspn(line + 8, " \t"), depth,
					      library, needs);
		line[strcspn(line, " \t")] = '\0';
		if (!path && *line == '/')
			path = try_directory(line, library, needs);
	}
	return path;
}

/* Directories that ld.so searches whatever is in ld.so.conf; Debian's are per machine. */
static char *search_defaults(const char *from, const char *library,
			     const struct elf_needs *needs)
{
	const char *triplet = needs->machine == EM_X86_64    ? "x86_64-linux-gnu"
			      : needs->machine == EM_AARCH64 ? "aarch64-linux-gnu"
							     : NULL;
	_cleanup_free_ char *list =
		triplet ? xasprintf("/lib/%s:/usr/lib/%s", triplet, triplet) : NULL;
	char *path = list ? search_path(list, from, library, needs) : NULL;

	return path ? path
		    : search_path("/lib64:/usr/lib64:/lib:/usr/lib", from, library,
				  needs);
}

char *elf_find_library(const struct elf_needs *needs, const char *from,
		       const char *library)
{
	char *path = NULL;

	if (strchr(library, '/'))
		return fits(library, needs) ? xstrdup(library) : NULL;
	if (needs->search)
		path = search_path(needs->search, from, library, needs);
	if (!path)
		path = search_conf("/etc/ld.so.conf", 0, library, needs);
	return path ? path : search_defaults(from, library, needs);
}

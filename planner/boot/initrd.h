/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * initrd.h - a tiny root file system for a guest, made in memory without privileges: a
 * cpio archive (newc, see the kernel's usr/gen_init_cpio and Documentation/driver-api/
 * early-userspace/buffer-format.rst). It is sorted and has no time, owner or inode number
 * of this machine: the same input gives the same bytes.
 */
#pragma once

#include "base/error.h"
#include "base/text.h"
#include "base/vec.h"

#include <sys/stat.h>

struct initrd_entry {
	char *path;            /* in the guest, without the leading slash */
	mode_t mode;           /* including the type */
	struct text bytes;     /* of a file; the target of a symbolic link */
	unsigned major, minor; /* of a device */
};

/* A zeroed one is empty. Parent directories are added automatically. */
struct initrd {
	VEC(struct initrd_entry) entries; /* by path */
	size_t bytes;                     /* of all files */
	struct text library_path; /* of libraries copied, for LD_LIBRARY_PATH: no cache */
};

enum initrd_compression { INITRD_PLAIN, INITRD_GZIP, INITRD_ZSTD };

/* An existing entry of that path is kept. Paths are absolute in the guest. */
void initrd_directory(struct initrd *initrd, const char *path);
void initrd_file(struct initrd *initrd, const char *path, mode_t permissions,
		 const char *bytes, size_t n);
void initrd_link(struct initrd *initrd, const char *path, const char *target);
void initrd_device(struct initrd *initrd, const char *path, unsigned major,
		   unsigned minor);
bool initrd_has(const struct initrd *initrd, const char *path);
/*
 * A file of this machine, as @path or, if that is NULL, under its own name. If it is an
 * ELF program or library, its interpreter and libraries are added as well, from where
 * this machine's loader would find them. Errors: a file cannot be read, a library is not
 * found, the total exceeds INITRD_LIMIT.
 */
int initrd_copy(struct initrd *initrd, const char *host_path, const char *path,
		struct error *error) _must_check_;
#define INITRD_LIMIT (1u << 30)

/* Writes the archive to an empty @ret. */
int initrd_write(const struct initrd *initrd, enum initrd_compression compression,
		 struct text *ret, struct error *error) _must_check_;
void initrd_free(struct initrd *initrd);
#define _cleanup_initrd_ _cleanup_(initrd_free)

/* initrd-elf.c */
struct elf_needs {
	char *interpreter;       /* NULL: none */
	char *search;            /* DT_RUNPATH or DT_RPATH as written; NULL */
	VEC(char *) libraries;   /* DT_NEEDED */
	unsigned machine, class; /* e_machine, EI_CLASS: a library must have the same */
};
/*
 * What an ELF file needs from its loader. False if the bytes are not an ELF file of this
 * byte order, or a damaged one.
 */
bool elf_read_needs(const char *bytes, size_t n, struct elf_needs *ret);
void elf_needs_free(struct elf_needs *needs);
/* The path of a library that @from (a path) needs, or NULL. The caller frees it. */
char *elf_find_library(const struct elf_needs *needs, const char *from,
		       const char *library);

/* initrd-modules.c */
struct module_tree;
/* Where lib/modules/VERSION has the modules, beside their lists. */
#define MODULES_FOLDER "kernel"
/*
 * The modules of one kernel: @directory is lib/modules/VERSION itself or contains one
 * (like an unpacked package). @shown is its name in messages, for example the package
 * that it comes from. Errors: there are no modules, or there are several versions, none
 * of which is @version (NULL: any).
 */
int module_tree_open(const char *directory, const char *shown, const char *version,
		     struct module_tree **ret, struct error *error) _must_check_;
void module_tree_free(struct module_tree **ret); /* NULL afterwards */
#define _cleanup_module_tree_ _cleanup_(module_tree_free)
/*
 * Adds a module, after its dependencies, uncompressed, as /lib/modules/NAME.ko. The
 * dependencies are taken from the modules themselves (.modinfo), not from modules.dep.
 * @order gets one such path per line, in the order of loading. A module that is built
 * into the kernel is skipped. Errors: no such module, a damaged one.
 */
int initrd_module(struct initrd *initrd, struct module_tree *tree, const char *name,
		  struct text *order, struct error *error) _must_check_;

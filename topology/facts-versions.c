/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which libvirt and QEMU are installed, without running or linking them: libtool puts
 * libvirt's version into the file name of its library (src/meson.build: the version's
 * major times 1000 plus minor, then micro), and QEMU's program contains the names of its
 * machine types, the newest of which has QEMU's own version (hw/i386/pc_q35.c,
 * hw/arm/virt.c).
 */
#include "topology/facts-parts.h"

#include "base/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Ordered by version, as one number. */
static unsigned library_version(const char *name)
{
	unsigned number, micro;
	int n = 0;

	if (sscanf(name, "libvirt.so.0.%6u.%3u%n", &number, &micro, &n) != 2 || name[n])
		return 0;
	return number * 1000 + micro;
}

static unsigned newest_library(const struct tree *top)
{
	static const char *const directories[] = {
		"usr/lib/x86_64-linux-gnu",
		"usr/lib/aarch64-linux-gnu",
		"usr/lib/s390x-linux-gnu",
		"usr/lib64",
		"usr/lib",
		"usr/local/lib64",
		"usr/local/lib",
	};
	unsigned newest = 0;

	for (size_t i = 0; i < ARRAY_SIZE(directories); i++) {
		_cleanup_names_ struct tree_names names = {};

		tree_list(top, directories[i], &names);
		for (size_t j = 0; j < names.n; j++)
			newest = MAX(newest, library_version(names.v[j]));
	}
	return newest;
}

/* The highest M.N that follows the word, as one number. */
static unsigned newest_machine(const char *bytes, size_t n, const char *word)
{
	size_t length = strlen(word);
	const char *end = bytes + n, *at = bytes;
	unsigned newest = 0;

	while ((at = memmem(at, (size_t)(end - at), word, length))) {
		unsigned major, minor;
		char number[16] = {};
		int used = 0;

		at += length;
		memcpy(number, at, MIN(sizeof(number) - 1, (size_t)(end - at)));
		if (sscanf(number, "%3u.%3u%n", &major, &minor, &used) == 2 &&
		    (number[used] == '\0' || number[used] == '-'))
			newest = MAX(newest, major * 1000 + minor);
	}
	return newest;
}

/* Bytes of a program; links on the way to it are followed only on our own machine. */
static unsigned program_version(int fd, const char *word)
{
	struct stat status;
	unsigned version = 0;
	void *bytes;

	if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode) || status.st_size <= 0 ||
	    status.st_size > (256 << 20))
		return 0;
	bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (bytes == MAP_FAILED)
		return 0;
	version = newest_machine(bytes, (size_t)status.st_size, word);
	munmap(bytes, (size_t)status.st_size);
	return version;
}

static unsigned newest_program(const struct facts *facts)
{
	static const struct {
		const char *path, *word;
	} programs[] = {
		{"usr/bin/qemu-system-x86_64", "pc-q35-"},
		{"usr/libexec/qemu-kvm", "pc-q35-"},
		{"usr/local/bin/qemu-system-x86_64", "pc-q35-"},
		{"usr/bin/qemu-system-aarch64", "virt-"},
	};
	unsigned newest = 0;

	for (size_t i = 0; i < ARRAY_SIZE(programs) && !newest; i++) {
		_cleanup_fd_ int fd = openat(facts->top.fd, programs[i].path,
					     O_RDONLY | O_CLOEXEC | O_NONBLOCK |
						     (facts->live ? 0 : O_NOFOLLOW));

		if (fd >= 0)
			newest = program_version(fd, programs[i].word);
	}
	return newest;
}

void facts_versions(struct facts *facts)
{
	unsigned libvirt = 0, qemu = 0;

	if (facts->top.fd >= 0) {
		libvirt = newest_library(&facts->top);
		qemu = newest_program(facts);
	}
	facts_take(facts, "libvirt.version",
		   libvirt ? xasprintf("%u.%u.%u", libvirt / 1000000,
				       libvirt / 1000 % 1000, libvirt % 1000)
			   : NULL,
		   "no libvirt.so.0 is in the usual directories of the source");
	facts_take(facts, "qemu.version",
		   qemu ? xasprintf("%u.%u", qemu / 1000, qemu % 1000) : NULL,
		   "no QEMU in the usual directories of the source shows its version");
}

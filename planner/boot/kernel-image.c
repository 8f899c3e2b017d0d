/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a kernel image contains about itself. Its release: the header of an x86 bzImage
 * points to it (Documentation/arch/x86/boot.rst, kernel_version at 0x20e); for others it
 * is usually part of the file's name. Its architecture: in bzImage, arm64's Image
 * (Documentation/arch/arm64/booting.rst, magic at 56), ELF and PE.
 */
#include "planner/boot/boot.h"

#include "base/file.h"
#include "base/mem.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HEADER_MAGIC = 0x202, HEADER_VERSION = 0x20e, SETUP_START = 0x200 };

static char *from_header(const char *path)
{
	_cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	char magic[4], name[128] = "";
	unsigned char at[2];

	if (fd < 0 || pread(fd, magic, 4, HEADER_MAGIC) != 4 ||
	    memcmp(magic, "HdrS", 4) != 0 || pread(fd, at, 2, HEADER_VERSION) != 2 ||
	    pread(fd, name, sizeof(name) - 1, at[0] + at[1] * 256 + SETUP_START) <= 0)
		return NULL;
	name[strcspn(name, " \n")] = '\0';
	return *name ? xstrdup(name) : NULL;
}

char *kernel_release(const char *path)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	char *release = from_header(path);

	if (!release && has_prefix(base, "vmlinuz-") && base[8])
		release = xstrdup(base + 8);
	return release;
}

/*
 * The formats that QEMU accepts as a kernel, by bytes at an offset; a file may match
 * several.
 */
static const struct image_kind {
	size_t at, n;
	const char *magic;
	const char *arch; /* NULL: unknown, or elsewhere in the header */
} image_kinds[] = {
	{HEADER_MAGIC, 4, "HdrS", "x86_64"},
	{56, 4, "ARM\x64", "aarch64"},
	{0, 4, ELFMAG, NULL},
	{0, 2, "MZ", NULL},               /* with an EFI stub, also zboot */
	{0, 2, "\x1f\x8b", NULL},         /* gzip, as on arm64 */
	{0, 4, "\x27\x05\x19\x56", NULL}, /* U-Boot's */
};

enum { IMAGE_HEAD_BYTES = 4096, ELF_MACHINE = 18, PE_OFFSET = 60 };

static unsigned u16_at(const unsigned char *bytes, size_t at)
{
	return bytes[at] + bytes[at + 1] * 256U;
}

/* ELF's e_machine, or the Machine of PE's COFF header; NULL if neither exists. */
static const char *machine_of(const unsigned char *bytes, size_t n)
{
	static const struct {
		unsigned elf, pe;
		const char *arch;
	} machines[] = {{EM_X86_64, 0x8664, "x86_64"}, {EM_AARCH64, 0xaa64, "aarch64"}};
	bool elf = memcmp(bytes, ELFMAG, SELFMAG) == 0;
	size_t pe = elf ? 0 : u16_at(bytes, PE_OFFSET);
	unsigned machine;

	if (!elf && (pe + 6 > n || memcmp(bytes + pe, "PE\0\0", 4) != 0))
		return NULL;
	machine = u16_at(bytes, elf ? ELF_MACHINE : pe + 4);
	for (size_t i = 0; i < ARRAY_SIZE(machines); i++)
		if (machine == (elf ? machines[i].elf : machines[i].pe))
			return machines[i].arch;
	return NULL;
}

int kernel_check(const char *path, const char *arch, struct error *error)
{
	_cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	unsigned char bytes[IMAGE_HEAD_BYTES] = {};
	const struct image_kind *kind = NULL;
	const char *is;
	struct stat st;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) < 0)
		return error_input(error, "%s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return 0;
	n = pread(fd, bytes, sizeof(bytes), 0);
	if (n < 0)
		return error_system(error, errno, "%s", path);
	for (size_t i = 0; i < ARRAY_SIZE(image_kinds) && !kind; i++)
		if (memcmp(bytes + image_kinds[i].at, image_kinds[i].magic,
			   image_kinds[i].n) == 0)
			kind = &image_kinds[i];
	if (!kind)
		return error_input(
			error,
			"%s: is not a kernel (bzImage, arm64 Image, ELF or EFI) or a package",
			path);
	is = kind->arch ? kind->arch : machine_of(bytes, (size_t)n);
	if (is && !streq(is, arch))
		return error_input(error, "%s: is a kernel for %s, but the guest is %s",
				   path, is, arch);
	return 0;
}

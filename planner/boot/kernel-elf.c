/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kernel-elf.c - the ELF image inside an x86 kernel's bzImage (Linux,
 * Documentation/arch/x86/boot.rst: payload_offset, payload_length). QEMU can start it if
 * it has the entry point of the PVH boot protocol (Xen, docs/misc/pvh.pandoc), so that
 * the guest does not have to decompress it: under TCG that takes 0.3 s of CPU time for
 * LZ4 and 6 s for XZ.
 */
#include "planner/boot/boot.h"

#include "base/file.h"
#include "base/mem.h"
#include "planner/boot/archive-library.h"

#include <elf.h>

enum {
	SETUP_SECTORS = 0x1f1,
	HEADER_MAGIC = 0x202,
	HEADER_VERSION = 0x206,
	PAYLOAD_OFFSET = 0x248,
	PAYLOAD_LENGTH = 0x24c,
	HEADER_END = 0x250,
	VERSION_WITH_PAYLOAD = 0x0208,
	SECTOR_BYTES = 512,
	USUAL_SECTORS = 4,
	SIZE_BYTES = 4, /* of the size that follows the payload */
	ELF_LIMIT_BYTES = 512 << 20,
	BLOCK_BYTES = 65536,
};

/* How a payload begins, and whether the kernel's build adds the size after it. */
static const struct compression {
	const char *magic;
	size_t n;
	int filter;
	bool adds_size;
} compressions[] = {
	{"\x1f\x8b", 2, ARCHIVE_FILTER_GZIP, false}, /* it has the size itself */
	{"\xfd"
	 "7zXZ",
	 5, ARCHIVE_FILTER_XZ, true},
	{"\x02\x21\x4c\x18", 4, ARCHIVE_FILTER_LZ4, true},
	{"\x28\xb5\x2f\xfd", 4, ARCHIVE_FILTER_ZSTD, true},
	{"\x5d\0\0", 3, ARCHIVE_FILTER_LZMA, true},
	{"BZh", 3, ARCHIVE_FILTER_BZIP2, true},
};

struct payload {
	const char *bytes;
	size_t n;      /* without the size */
	uint32_t size; /* of the ELF image */
	int filter;
};

static uint32_t u32_at(const char *bytes, size_t at)
{
	const unsigned char *b = (const unsigned char *)bytes + at;

	return b[0] | b[1] << 8 | b[2] << 16 | (uint32_t)b[3] << 24;
}

static bool find_payload(const char *image, size_t n, struct payload *ret)
{
	uint64_t start, length;
	unsigned sectors;

	if (n < HEADER_END || memcmp(image + HEADER_MAGIC, "HdrS", 4) != 0 ||
	    (u32_at(image, HEADER_VERSION) & 0xffff) < VERSION_WITH_PAYLOAD)
		return false;
	sectors = (unsigned char)image[SETUP_SECTORS];
	start = ((sectors ? sectors : USUAL_SECTORS) + 1ull) * SECTOR_BYTES +
		u32_at(image, PAYLOAD_OFFSET);
	length = u32_at(image, PAYLOAD_LENGTH);
	if (length < 2 * SIZE_BYTES || start > n || length > n - start)
		return false;
	ret->bytes = image + start;
	ret->size = u32_at(ret->bytes, length - SIZE_BYTES);
	for (size_t i = 0; i < ARRAY_SIZE(compressions); i++)
		if (memcmp(ret->bytes, compressions[i].magic, compressions[i].n) == 0) {
			ret->n = length - (compressions[i].adds_size ? SIZE_BYTES : 0);
			ret->filter = compressions[i].filter;
			return ret->size > 0 && ret->size <= ELF_LIMIT_BYTES;
		}
	return false;
}

/* True if it is whole, by the size that the kernel's build noted. */
static bool read_payload(struct archive *archive, const struct payload *payload,
			 struct text *ret)
{
	struct archive_entry *entry;
	char block[BLOCK_BYTES];
	la_ssize_t n;

	if (sym_archive_read_support_filter_by_code(archive, payload->filter) !=
		    ARCHIVE_OK ||
	    sym_archive_read_support_format_raw(archive) != ARCHIVE_OK ||
	    sym_archive_read_open_memory(archive, payload->bytes, payload->n) !=
		    ARCHIVE_OK ||
	    sym_archive_read_next_header(archive, &entry) != ARCHIVE_OK)
		return false;
	while ((n = sym_archive_read_data(archive, block, sizeof(block))) > 0) {
		if ((size_t)n > payload->size - ret->n)
			return false;
		text_add(ret, block, (size_t)n);
	}
	return n == 0 && ret->n == payload->size;
}

static size_t align4(size_t n)
{
	return (n + 3) & ~(size_t)3;
}

/* Notes are three words (sizes of name and content, type), the name and the content. */
static bool find_note(const char *notes, size_t n, struct kernel_entry *ret)
{
	size_t at = 0;

	while (n - at >= sizeof(Elf64_Nhdr)) {
		size_t name = u32_at(notes, at), content = u32_at(notes, at + 4);
		size_t name_at = at + sizeof(Elf64_Nhdr);

		if (name > n || content > n ||
		    align4(name) + align4(content) > n - name_at)
			return false;
		if (u32_at(notes, at + 8) == KERNEL_NOTE_ENTRY && name == sizeof("Xen") &&
		    content >= 4 && memcmp(notes + name_at, "Xen", name) == 0) {
			*ret = (struct kernel_entry){name_at + align4(name), content};
			return true;
		}
		at = name_at + align4(name) + align4(content);
	}
	return false;
}

bool kernel_find_entry(const char *elf, size_t n, struct kernel_entry *ret)
{
	Elf64_Ehdr header;
	Elf64_Phdr segment;

	if (n < sizeof(header))
		return false;
	memcpy(&header, elf, sizeof(header));
	if (memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
	    header.e_ident[EI_CLASS] != ELFCLASS64 ||
	    header.e_ident[EI_DATA] != ELFDATA2LSB || header.e_machine != EM_X86_64 ||
	    header.e_phentsize != sizeof(segment) || header.e_phoff > n ||
	    header.e_phnum > (n - header.e_phoff) / sizeof(segment))
		return false;
	for (size_t i = 0; i < header.e_phnum; i++) {
		memcpy(&segment, elf + header.e_phoff + i * sizeof(segment),
		       sizeof(segment));
		if (segment.p_type == PT_NOTE && segment.p_offset <= n &&
		    segment.p_filesz <= n - segment.p_offset &&
		    find_note(elf + segment.p_offset, segment.p_filesz, ret)) {
			ret->at += segment.p_offset;
			return true;
		}
	}
	return false;
}

bool kernel_unpack_elf(const char *image, size_t n, struct text *ret)
{
	_cleanup_error_ struct error ignored = {};
	struct payload payload;
	struct kernel_entry entry;
	struct archive *archive;
	bool whole;

	if (!find_payload(image, n, &payload) || archive_library_load(&ignored) < 0)
		return false;
	archive = sym_archive_read_new();
	whole = read_payload(archive, &payload, ret);
	sym_archive_read_free(archive);
	if (whole && kernel_find_entry(ret->s, ret->n, &entry))
		return true;
	text_free(ret);
	return false;
}

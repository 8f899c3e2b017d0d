/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The ELF image inside a bzImage: each compression, and damaged images. */
#include "tests/unit/test.h"

#include "base/mem.h"
#include "planner/boot/boot.h"

#include <archive.h>
#include <archive_entry.h>
#include <elf.h>
#include <stdlib.h>

enum {
	ELF_BYTES = 3000,
	NOTE_AT = sizeof(Elf64_Ehdr) + sizeof(Elf64_Phdr),
	NOTE_BYTES = 48,
	SETUP_BYTES = 5 * 512,
	OFFSET = 0x10,
	PHYS32_ENTRY = 18,
};

static void make_elf(char *elf, unsigned machine, unsigned type)
{
	Elf64_Ehdr header = {.e_machine = (Elf64_Half)machine,
			     .e_phoff = sizeof(header),
			     .e_phentsize = sizeof(Elf64_Phdr),
			     .e_phnum = 1};
	/* a note with another owner, "Linux", first */
	Elf32_Word notes[] = {6, 4, type, 0x756e694c, 0x78,   7,
			      4, 8, type, 0x006e6558, 0x1000, 0};
	Elf64_Phdr segment = {.p_type = PT_NOTE,
			      .p_offset = NOTE_AT,
			      .p_filesz = sizeof(notes)};

	memcpy(header.e_ident, ELFMAG, SELFMAG);
	header.e_ident[EI_CLASS] = ELFCLASS64;
	header.e_ident[EI_DATA] = ELFDATA2LSB;
	memcpy(elf, &header, sizeof(header));
	memcpy(elf + sizeof(header), &segment, sizeof(segment));
	memcpy(elf + NOTE_AT, notes, sizeof(notes));
	for (size_t i = NOTE_AT + NOTE_BYTES; i < ELF_BYTES; i++)
		elf[i] = (char)(i * 7 / 3);
}

static la_ssize_t on_bytes(struct archive *archive, void *opaque, const void *bytes,
			   size_t n)
{
	(void)archive;
	text_add(opaque, bytes, n);
	return (la_ssize_t)n;
}

static void compress(struct text *ret, const char *filter, const char *elf)
{
	struct archive *archive = archive_write_new();
	struct archive_entry *entry = archive_entry_new();

	archive_entry_set_pathname(entry, "vmlinux");
	archive_entry_set_filetype(entry, AE_IFREG);
	assert_int_equal(archive_write_set_format_raw(archive), ARCHIVE_OK);
	assert_int_equal(archive_write_add_filter_by_name(archive, filter), ARCHIVE_OK);
	archive_write_set_bytes_per_block(archive, 0);
	assert_int_equal(archive_write_open(archive, ret, NULL, on_bytes, NULL),
			 ARCHIVE_OK);
	assert_int_equal(archive_write_header(archive, entry), ARCHIVE_OK);
	assert_int_equal(archive_write_data(archive, elf, ELF_BYTES), ELF_BYTES);
	assert_int_equal(archive_write_close(archive), ARCHIVE_OK);
	archive_write_free(archive);
	archive_entry_free(entry);
}

/* The old format of LZ4, in which the kernel is: one block, which is not compressed. */
static void store_lz4(struct text *ret, const char *elf)
{
	size_t left = ELF_BYTES - 15, start;

	text_add(ret, "\x02\x21\x4c\x18\0\0\0\0\xf0", 9);
	start = ret->n - 1;
	for (; left >= 255; left -= 255)
		text_addc(ret, (char)255);
	text_addc(ret, (char)left);
	text_add(ret, elf, ELF_BYTES);
	ret->s[4] = (char)(ret->n - start);
	ret->s[5] = (char)((ret->n - start) >> 8);
}

static void add_size(struct text *text)
{
	text_add(text, (char[]){(char)ELF_BYTES, (char)(ELF_BYTES >> 8), 0, 0}, 4);
}

static void wrap(struct text *image, const struct text *payload)
{
	char setup[SETUP_BYTES] = {};

	memcpy(setup + 0x202, "HdrS\x0f\x02", 6);
	setup[0x248] = OFFSET;
	memcpy(setup + 0x24c, &(uint32_t){(uint32_t)payload->n}, 4);
	text_add(image, setup, sizeof(setup));
	text_add(image, "code of the unpacker", OFFSET);
	text_add(image, payload->s, payload->n);
	text_add(image, "what follows", 12);
}

static void make_image(struct text *image, const char *filter, const char *elf)
{
	_cleanup_text_ struct text payload = {};

	if (streq(filter, "lz4"))
		store_lz4(&payload, elf);
	else
		compress(&payload, filter, elf);
	if (!streq(filter, "gzip"))
		add_size(&payload);
	wrap(image, &payload);
}

static const char *const filters[] = {"gzip", "xz", "lzma", "zstd", "bzip2", "lz4"};

static void each_compression(void **state)
{
	char elf[ELF_BYTES];

	(void)state;
	make_elf(elf, EM_X86_64, PHYS32_ENTRY);
	for (size_t i = 0; i < ARRAY_SIZE(filters); i++) {
		_cleanup_text_ struct text image = {}, found = {};

		make_image(&image, filters[i], elf);
		if (!kernel_unpack_elf(image.s, image.n, &found))
			fail_msg("%s: no ELF image found", filters[i]);
		assert_int_equal(found.n, ELF_BYTES);
		assert_memory_equal(found.s, elf, ELF_BYTES);
	}
}

/* Kernels that QEMU could not start are left as they are. */
static void not_pvh(void **state)
{
	static const struct {
		unsigned machine, type;
	} rows[] = {{EM_X86_64, 17}, {EM_AARCH64, PHYS32_ENTRY}};
	char elf[ELF_BYTES];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_text_ struct text image = {}, found = {};

		make_elf(elf, rows[i].machine, rows[i].type);
		make_image(&image, "zstd", elf);
		assert_false(kernel_unpack_elf(image.s, image.n, &found));
		assert_int_equal(found.n, 0);
	}
}

/* Truncated input is rejected; nothing is read after its end. */
static void damaged(void **state)
{
	struct kernel_entry entry;
	char elf[ELF_BYTES];

	(void)state;
	make_elf(elf, EM_X86_64, PHYS32_ENTRY);
	srandom(1);
	for (size_t i = 0; i < ARRAY_SIZE(filters); i++) {
		_cleanup_text_ struct text image = {};

		make_image(&image, filters[i], elf);
		for (size_t n = 0; n < image.n - 12; n += 1 + n % 7) {
			_cleanup_free_ char *part = xcalloc(n + 1, 1);
			_cleanup_text_ struct text found = {};

			memcpy(part, image.s, n);
			assert_false(kernel_unpack_elf(part, n, &found));
		}
		for (int round = 0; round < 300; round++) {
			_cleanup_free_ char *bad = xcalloc(image.n, 1);
			_cleanup_text_ struct text found = {};
			size_t from = round % 2 ? 0x1f0 : SETUP_BYTES;
			size_t room = round % 2 ? 0x60 : image.n - SETUP_BYTES;

			memcpy(bad, image.s, image.n);
			bad[from + (size_t)random() % room] ^= (char)(1 + random() % 255);
			if (kernel_unpack_elf(bad, image.n, &found))
				assert_int_equal(found.n, ELF_BYTES);
			else
				assert_int_equal(found.n, 0);
		}
	}
	for (int round = 0; round < 2000; round++) {
		_cleanup_free_ char *bad = xcalloc(NOTE_AT + NOTE_BYTES, 1);

		memcpy(bad, elf, NOTE_AT + NOTE_BYTES);
		for (int i = 0; i < 3; i++)
			bad[16 + random() % (NOTE_AT + NOTE_BYTES - 16)] ^=
				(char)(1 << random() % 8);
		if (kernel_find_entry(bad, NOTE_AT + NOTE_BYTES, &entry))
			assert_true(entry.at + 4 <= NOTE_AT + NOTE_BYTES && entry.n >= 4);
	}
}

static const char prelude[] = "\xaa\xbb\xcc\xdd\xe9\0\0\0"; /* and a fourth 0 */

enum { LOADED_BYTES = 777, SEGMENTS = 3 };

/*
 * An image with a segment of 5,000 bytes at an address, whose bytes start at @offset and
 * have the note in them, as Linux has it, and another segment below.
 */
static void make_loaded(struct text *elf, uint64_t at, size_t offset)
{
	Elf64_Phdr segments[SEGMENTS] = {
		{.p_type = PT_LOAD,
		 .p_offset = offset,
		 .p_filesz = 700 - offset,
		 .p_paddr = at,
		 .p_memsz = 5000},
		{.p_type = PT_LOAD,
		 .p_offset = 700,
		 .p_filesz = LOADED_BYTES - 700,
		 .p_paddr = 0x1000,
		 .p_memsz = 100},
		{.p_type = PT_NOTE, .p_offset = 512, .p_filesz = 24},
	};
	Elf32_Word notes[] = {4, 8, PHYS32_ENTRY, 0x006e6558, 0x1000010, 0};
	char bytes[ELF_BYTES];

	make_elf(bytes, EM_X86_64, PHYS32_ENTRY);
	((Elf64_Ehdr *)bytes)->e_phnum = ARRAY_SIZE(segments);
	memcpy(bytes + sizeof(Elf64_Ehdr), segments, sizeof(segments));
	memcpy(bytes + 512, notes, sizeof(notes));
	text_add(elf, bytes, LOADED_BYTES);
}

/*
 * The image starts with the prelude, which jumps to where the image started before. What
 * is loaded of the image does not change: Linux reads the note in it.
 */
static void with_prelude(void **state)
{
	_cleanup_text_ struct text elf = {}, old = {};
	struct kernel_entry entry;
	Elf64_Phdr segments[SEGMENTS + 2], before[SEGMENTS];
	const Elf64_Phdr *code = &segments[SEGMENTS + 1];
	uint64_t start;
	int32_t distance;

	(void)state;
	make_loaded(&elf, 0x1000000, sizeof(Elf64_Ehdr));
	text_add(&old, elf.s, elf.n);
	assert_true(kernel_add_prelude(&elf, prelude, sizeof(prelude)));
	assert_int_equal(((Elf64_Ehdr *)elf.s)->e_phnum, SEGMENTS + 2);
	memcpy(segments, elf.s + ((Elf64_Ehdr *)elf.s)->e_phoff, sizeof(segments));
	memcpy(before, old.s + sizeof(Elf64_Ehdr), sizeof(before));
	before[SEGMENTS - 1].p_type = PT_NULL; /* the other note is the only one */
	assert_memory_equal(segments, before, sizeof(before));
	assert_int_equal(segments[SEGMENTS].p_type, PT_NOTE);
	assert_int_equal(code->p_type, PT_LOAD);
	assert_int_equal(code->p_filesz, sizeof(prelude));
	assert_int_equal(code->p_paddr, 0x1002000);
	assert_memory_equal(elf.s + code->p_offset, prelude, 5);
	assert_true(kernel_find_entry(elf.s, elf.n, &entry));
	assert_int_equal(entry.n, sizeof(start));
	memcpy(&start, elf.s + entry.at, sizeof(start));
	assert_int_equal(start, code->p_paddr);
	memcpy(&distance, elf.s + code->p_offset + 5, sizeof(distance));
	assert_int_equal(start + sizeof(prelude) + (uint64_t)(int64_t)distance,
			 0x1000010);
	assert_memory_equal(elf.s + sizeof(Elf64_Ehdr), old.s + sizeof(Elf64_Ehdr),
			    LOADED_BYTES - sizeof(Elf64_Ehdr));
}

/*
 * Without a place below 4 GiB, if the ELF header is loaded, or without an entry point,
 * nothing is changed.
 */
static void no_prelude(void **state)
{
	static const struct {
		uint64_t at;
		size_t offset;
	} places[] = {
		{0xfffff000, 500},       {0x100000000, 500},
		{UINT64_MAX - 100, 500}, {0xffffec77, 500},
		{0x1000000, 0},          {0x1000000, sizeof(Elf64_Ehdr) - 1},
	};
	_cleanup_text_ struct text other = {};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		_cleanup_text_ struct text elf = {}, old = {};

		make_loaded(&elf, places[i].at, places[i].offset);
		text_add(&old, elf.s, elf.n);
		assert_false(kernel_add_prelude(&elf, prelude, sizeof(prelude)));
		assert_int_equal(elf.n, old.n);
		assert_memory_equal(elf.s, old.s, old.n);
	}
	text_adds(&other, "not an ELF image");
	assert_false(kernel_add_prelude(&other, prelude, sizeof(prelude)));
	make_loaded(&other, 0, 500);
	assert_false(kernel_add_prelude(&other, prelude, 3));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_compression), cmocka_unit_test(not_pvh),
		cmocka_unit_test(damaged),          cmocka_unit_test(with_prelude),
		cmocka_unit_test(no_prelude),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

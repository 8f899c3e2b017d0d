/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as a kernel: what is unpacked can be started, and a prelude leads to it. */
#include "tests/fuzz/fuzz.h"

#include "base/mem.h"
#include "planner/boot/boot.h"

#include <elf.h>

enum { CODE_BYTES = 32, DISTANCE_BYTES = 4 };

static uint64_t entry_of(const struct text *elf)
{
	struct kernel_entry entry = {};
	uint64_t at = 0;

	CHECK(kernel_find_entry(elf->s, elf->n, &entry));
	CHECK(entry.n >= 4 && entry.at <= elf->n && entry.n <= elf->n - entry.at);
	memcpy(&at, elf->s + entry.at, MIN(entry.n, sizeof(at)));
	return at;
}

/* What is loaded of the kernel is as it was: all but the ELF header. */
static void check_kernel(const struct text *elf, const struct text *before)
{
	size_t n = sizeof(Elf64_Ehdr);

	CHECK(elf->n > before->n && before->n >= n);
	CHECK(memcmp(elf->s + n, before->s + n, before->n - n) == 0);
}

/* The last segment is the code, it is where the image starts, and it ends with a jump. */
static void check_prelude(const struct text *elf, uint64_t kernel)
{
	Elf64_Ehdr header;
	Elf64_Phdr segment;
	int32_t distance;

	memcpy(&header, elf->s, sizeof(header));
	CHECK(header.e_phnum > 0 && header.e_phoff <= elf->n &&
	      header.e_phnum * sizeof(segment) == elf->n - header.e_phoff);
	memcpy(&segment, elf->s + elf->n - sizeof(segment), sizeof(segment));
	CHECK(segment.p_type == PT_LOAD && segment.p_filesz == CODE_BYTES);
	CHECK(segment.p_offset + CODE_BYTES <= header.e_phoff);
	CHECK(segment.p_paddr == entry_of(elf));
	memcpy(&distance, elf->s + segment.p_offset + CODE_BYTES - DISTANCE_BYTES,
	       sizeof(distance));
	CHECK((uint32_t)(segment.p_paddr + CODE_BYTES + (uint64_t)(int64_t)distance) ==
	      (uint32_t)kernel);
}

static void try_elf(struct text *elf)
{
	_cleanup_text_ struct text before = {};
	struct kernel_entry entry = {};
	char code[CODE_BYTES] = {};
	uint64_t kernel;

	text_add(&before, elf->s, elf->n);
	if (!kernel_find_entry(elf->s, elf->n, &entry)) {
		CHECK(!kernel_add_prelude(elf, code, sizeof(code)));
		CHECK(elf->n == before.n && memcmp(elf->s, before.s, before.n) == 0);
		return;
	}
	kernel = entry_of(elf);
	if (!kernel_add_prelude(elf, code, sizeof(code))) {
		CHECK(elf->n == before.n && memcmp(elf->s, before.s, before.n) == 0);
		return;
	}
	/* The jump misses. */
	if (IS_PLANTED && kernel % 5 == 3)
		elf->s[before.n + CODE_BYTES - DISTANCE_BYTES]++;
	check_kernel(elf, &before);
	check_prelude(elf, kernel);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	_cleanup_text_ struct text elf = {};

	if (n >= SELFMAG && memcmp(data, ELFMAG, SELFMAG) == 0)
		text_add(&elf, (const char *)data, n);
	else if (!kernel_unpack_elf((const char *)data, n, &elf)) {
		CHECK(elf.n == 0);
		return 0;
	}
	try_elf(&elf);
	return 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kernel-prelude.c - code of ours that an ELF image with an entry point of the PVH boot
 * protocol runs first (payload/prelude.S). It is appended to the image as a segment of
 * its own, after all memory that the kernel claims in its other segments, and the note
 * with the entry point is made to name it.
 */
#include "planner/boot/boot.h"

#include "base/mem.h"

#include <elf.h>

enum {
	PAGE_BYTES = 4096,
	DISTANCE_BYTES = 4, /* at the end of the code: of the jump to the kernel */
	SHORT_ENTRY_BYTES = 4,
	LONG_ENTRY_BYTES = 8,
};

static uint64_t align(uint64_t n, uint64_t to)
{
	return (n + to - 1) / to * to;
}

/* Where the memory of all segments ends; 0 if some of it is beyond 4 GiB. */
static uint64_t end_of_segments(const char *elf, const Elf64_Ehdr *header)
{
	uint64_t end = 0;

	for (size_t i = 0; i < header->e_phnum; i++) {
		Elf64_Phdr segment;

		memcpy(&segment, elf + header->e_phoff + i * sizeof(segment),
		       sizeof(segment));
		if (segment.p_type != PT_LOAD)
			continue;
		if (segment.p_paddr > UINT32_MAX ||
		    segment.p_memsz > UINT32_MAX - segment.p_paddr)
			return 0;
		end = MAX(end, segment.p_paddr + segment.p_memsz);
	}
	return end;
}

/* The program headers move to the end of the file, where there is room for one more. */
static void add_segment(struct text *elf, Elf64_Ehdr *header, const char *code, size_t n,
			uint64_t at)
{
	Elf64_Phdr segment = {.p_type = PT_LOAD,
			      .p_flags = PF_R | PF_X,
			      .p_offset = elf->n,
			      .p_vaddr = at,
			      .p_paddr = at,
			      .p_filesz = n,
			      .p_memsz = n,
			      .p_align = PAGE_BYTES};
	size_t headers = header->e_phnum * sizeof(segment);
	_cleanup_free_ char *old = xcalloc(headers + 1, 1);

	memcpy(old, elf->s + header->e_phoff, headers);
	text_add(elf, code, n);
	while (elf->n % sizeof(uint64_t) != 0)
		text_addc(elf, '\0');
	header->e_phoff = elf->n;
	header->e_phnum++;
	text_add(elf, old, headers);
	text_add(elf, (const char *)&segment, sizeof(segment));
	memcpy(elf->s, header, sizeof(*header));
}

bool kernel_add_prelude(struct text *elf, const char *code, size_t n)
{
	_cleanup_free_ char *own = xmemdup(code, n);
	struct kernel_entry entry = {};
	Elf64_Ehdr header;
	uint64_t at, kernel = 0;
	uint32_t distance;

	if (n < DISTANCE_BYTES || !kernel_find_entry(elf->s, elf->n, &entry))
		return false;
	memcpy(&header, elf->s, sizeof(header));
	entry.n = entry.n >= LONG_ENTRY_BYTES ? LONG_ENTRY_BYTES : SHORT_ENTRY_BYTES;
	memcpy(&kernel, elf->s + entry.at, entry.n);
	at = align(end_of_segments(elf->s, &header), PAGE_BYTES);
	if (at == 0 || at + n > UINT32_MAX || kernel > UINT32_MAX ||
	    header.e_phnum >= PN_XNUM - 1)
		return false;
	distance = (uint32_t)(kernel - (at + n));
	memcpy(own + n - DISTANCE_BYTES, &distance, DISTANCE_BYTES);
	add_segment(elf, &header, own, n, at);
	memcpy(elf->s + entry.at, &at, entry.n);
	return true;
}

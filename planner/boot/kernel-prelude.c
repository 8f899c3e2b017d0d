/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kernel-prelude.c - code of ours that an ELF image with an entry point of the PVH boot
 * protocol runs first (payload/prelude.S). It is appended to the image as a segment of
 * its own, after all memory that the kernel claims in its other segments, and a note that
 * names it as the entry point takes the place of the kernel's notes. What QEMU loads of
 * the kernel stays as it is, because the kernel may read it: Linux 7.2 subtracts the
 * address in its own note from the one at which it runs, to learn how far it was moved.
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

static Elf64_Phdr segment_at(const char *elf, const Elf64_Ehdr *header, size_t i)
{
	Elf64_Phdr segment;

	memcpy(&segment, elf + header->e_phoff + i * sizeof(segment), sizeof(segment));
	return segment;
}

/*
 * Where the memory of all segments ends; 0 if some of it is beyond 4 GiB, or if the ELF
 * header is loaded, which add_segments changes.
 */
static uint64_t end_of_segments(const char *elf, const Elf64_Ehdr *header)
{
	uint64_t end = 0;

	for (size_t i = 0; i < header->e_phnum; i++) {
		Elf64_Phdr segment = segment_at(elf, header, i);

		if (segment.p_type != PT_LOAD)
			continue;
		if (segment.p_paddr > UINT32_MAX ||
		    segment.p_memsz > UINT32_MAX - segment.p_paddr ||
		    (segment.p_filesz > 0 && segment.p_offset < sizeof(*header)))
			return 0;
		end = MAX(end, segment.p_paddr + segment.p_memsz);
	}
	return end;
}

static void add_padding(struct text *elf)
{
	while (elf->n % sizeof(uint64_t) != 0)
		text_addc(elf, '\0');
}

static Elf64_Phdr add_code(struct text *elf, const char *code, size_t n, uint64_t at)
{
	Elf64_Phdr segment = {.p_type = PT_LOAD,
			      .p_flags = PF_R | PF_X,
			      .p_offset = elf->n,
			      .p_vaddr = at,
			      .p_paddr = at,
			      .p_filesz = n,
			      .p_memsz = n,
			      .p_align = PAGE_BYTES};

	text_add(elf, code, n);
	return segment;
}

static Elf64_Phdr add_note(struct text *elf, uint64_t at)
{
	const struct {
		Elf64_Nhdr header;
		char name[4];
		uint64_t at; /* QEMU reads as many bytes */
	} note = {{sizeof(note.name), sizeof(note.at), KERNEL_NOTE_ENTRY}, "Xen", at};
	Elf64_Phdr segment = {.p_type = PT_NOTE,
			      .p_flags = PF_R,
			      .p_filesz = sizeof(note),
			      .p_align = sizeof(note.name)};

	add_padding(elf);
	segment.p_offset = elf->n;
	text_add(elf, (const char *)&note, sizeof(note));
	return segment;
}

/* The program headers move to the end of the file, where there is room for more. */
static void add_segments(struct text *elf, Elf64_Ehdr *header, const Elf64_Phdr *added,
			 size_t n)
{
	Elf64_Ehdr old = *header;

	add_padding(elf);
	header->e_phoff = elf->n;
	header->e_phnum = (Elf64_Half)(header->e_phnum + n);
	for (size_t i = 0; i < old.e_phnum; i++) {
		Elf64_Phdr segment = segment_at(elf->s, &old, i);

		if (segment.p_type == PT_NOTE)
			segment.p_type = PT_NULL;
		text_add(elf, (const char *)&segment, sizeof(segment));
	}
	text_add(elf, (const char *)added, n * sizeof(*added));
	memcpy(elf->s, header, sizeof(*header));
}

bool kernel_add_prelude(struct text *elf, const char *code, size_t n)
{
	_cleanup_free_ char *own = xmemdup(code, n);
	struct kernel_entry entry = {};
	Elf64_Phdr added[2];
	Elf64_Ehdr header;
	uint64_t at, kernel = 0;
	uint32_t distance;

	if (n < DISTANCE_BYTES || !kernel_find_entry(elf->s, elf->n, &entry))
		return false;
	memcpy(&header, elf->s, sizeof(header));
	memcpy(&kernel, elf->s + entry.at,
	       entry.n >= LONG_ENTRY_BYTES ? LONG_ENTRY_BYTES : SHORT_ENTRY_BYTES);
	at = align(end_of_segments(elf->s, &header), PAGE_BYTES);
	if (at == 0 || at + n > UINT32_MAX || kernel > UINT32_MAX ||
	    header.e_phnum >= PN_XNUM - ARRAY_SIZE(added))
		return false;
	distance = (uint32_t)(kernel - (at + n));
	memcpy(own + n - DISTANCE_BYTES, &distance, DISTANCE_BYTES);
	added[0] = add_note(elf, at);
	added[1] = add_code(elf, own, n, at);
	add_segments(elf, &header, added, ARRAY_SIZE(added));
	return true;
}

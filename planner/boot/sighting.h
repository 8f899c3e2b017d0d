/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sighting.h - the payload's report from a guest, in the format of payload/wire.h. The
 * bytes come from a guest and may be anything.
 */
#pragma once

#include "base/error.h"
#include "base/vec.h"
#include "planner/boot/payload/wire.h"
#include "topology/pci-address.h"

/* Their bytes are borrowed from the input. */
struct sighting_table {
	const uint8_t *bytes;
	size_t n;
};

struct sighting_function {
	struct pci_address at;
	size_t config_bytes; /* 256 or 4096 */
	uint32_t sizes[WIRE_SIZES];
	const uint8_t *runs; /* for sighting_config */
	size_t n_runs;       /* bytes of them */
};

struct sighting_cpuid {
	uint32_t leaf, subleaf, eax, ebx, ecx, edx;
};

struct sighting_segment {
	uint16_t number;
	uint8_t first, last;
};

struct sighting_left_out {
	enum wire_left_out why;
	uint64_t which;
};

/* A zeroed one is empty. Everything is in the order in which it was sent. */
struct sighting {
	enum wire_firmware firmware;
	uint64_t rsdp; /* its address in the guest; 0: none was found */
	VEC(struct sighting_table) tables;
	VEC(struct sighting_function) functions;
	VEC(struct sighting_cpuid) cpuid;
	VEC(struct sighting_segment) segments;
	VEC(struct sighting_left_out) left_out;
};

/*
 * Reads the payload's report into an empty *@ret, which borrows the @n bytes. Error: the
 * report is incomplete or malformed; *@ret stays empty.
 */
int sighting_read(const uint8_t *bytes, size_t n, struct sighting *ret,
		  struct error *error) _must_check_;
void sighting_free(struct sighting *sighting);
#define _cleanup_sighting_ _cleanup_(sighting_free)

/* The configuration space of a function; after config_bytes it is 0. */
void sighting_config(const struct sighting_function *function, uint8_t ret[4096]);

/* Describes one missing item: "no memory is mapped there". */
void text_add_left_out(struct text *text, const struct sighting_left_out *left_out);

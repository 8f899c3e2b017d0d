/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sighting.h - what the payload reported from a guest, as payload/wire.h describes it.
 * The bytes come from a guest and may be anything.
 */
#pragma once

#include "base/error.h"
#include "base/vec.h"
#include "planner/boot/payload/wire.h"
#include "topology/pci-address.h"

/* The bytes of these are borrowed from what was read. */
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

/* Zeroed it holds nothing. All in the order in which it was sent. */
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
 * Reads what the payload sent into an empty *@ret; the @n bytes are needed as long as
 * that. Fault: they are not a whole report, it says in which way, and *@ret is empty.
 */
int sighting_read(const uint8_t *bytes, size_t n, struct sighting *ret,
		  struct error *error) _must_check_;
void sighting_free(struct sighting *sighting);
#define _cleanup_sighting_ _cleanup_(sighting_free)

/* The configuration space of a function; behind config_bytes it is 0. */
void sighting_config(const struct sighting_function *function, uint8_t ret[4096]);

/* "no memory is mapped there" and the like, about one thing that is missing. */
void text_add_left_out(struct text *text, const struct sighting_left_out *left_out);

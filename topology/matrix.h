/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * matrix.h - the paths between all devices of some classes, as `nvidia-smi topo -m` shows
 * them: GPU0, GPU1, NIC0. Pure; the machine is settled.
 */
#pragma once

#include "base/jsonw.h"
#include "topology/path.h"

/* More devices than this make no table that anybody could read. */
#define MATRIX_LIMIT 1024

/* Bits; the word of --class, the beginning of the devices' names, and what belongs. */
#define MATRIX_CLASSES(ROW)                                                              \
	ROW(GPU, "gpu", "GPU", "accelerators and display controllers, but not consoles") \
	ROW(NIC, "nic", "NIC", "network and InfiniBand controllers")                     \
	ROW(NVME, "nvme", "NVME", "NVMe controllers")                                    \
	ROW(STORAGE, "storage", "STOR", "other storage controllers")                     \
	ROW(ASSIGNED, "assigned", "DEV", "devices of a host in a domain")                \
	ROW(OTHER, "other", "PCI", "all other devices but bridges and the chipset's")    \
	ROW(VF, "vf", NULL, "also virtual functions")

enum matrix_class {
#define ROW(name, word, prefix, means) MATRIX_INDEX_##name,
	MATRIX_CLASSES(ROW)
#undef ROW
		MATRIX_CLASS_COUNT
};
enum {
#define ROW(name, word, prefix, means) MATRIX_##name = 1 << MATRIX_INDEX_##name,
	MATRIX_CLASSES(ROW)
#undef ROW
		MATRIX_USUAL = MATRIX_GPU | MATRIX_NIC | MATRIX_NVME | MATRIX_STORAGE |
			       MATRIX_ASSIGNED,
};

/* The bit of a word, 0 if it is none. */
unsigned matrix_class_named(const char *word);
/* The words, separated by commas; owned by the caller. */
char *matrix_class_names(void) _must_check_;
/* The one bit of a function, without MATRIX_VF; 0 if it belongs to no class. */
unsigned matrix_class_of(const struct machine_function *function);
/* Whether it is a GPU of NVIDIA, whose driver has needs of its own. */
bool matrix_is_nvidia_gpu(const struct machine_function *function);

struct matrix_device {
	size_t function; /* index */
	unsigned class;  /* one bit */
	char *name;      /* "GPU0"; owned */
};

struct matrix {
	VEC(struct matrix_device) devices; /* by class, then address */
	struct path *paths;                /* devices.n squared, [from * n + to] */
};

/*
 * The matrix of the devices of @classes, MATRIX_... bits, in a zeroed *@ret. Virtual
 * functions have the paths of their physical function and are left out without MATRIX_VF.
 * False: there are more than MATRIX_LIMIT; then only ret->devices is filled in.
 */
bool matrix_make(const struct machine *machine, unsigned classes, struct matrix *ret)
	_must_check_;
void matrix_free(struct matrix *matrix);
#define _cleanup_matrix_ _cleanup_(matrix_free)

static inline const struct path *matrix_path(const struct matrix *matrix, size_t from,
					     size_t to)
{
	return &matrix->paths[from * matrix->devices.n + to];
}

/* The CPUs near a device, into an empty set: empty if they are not known. */
void matrix_cpus(const struct machine *machine, const struct matrix_device *device,
		 struct set *ret);

/* One object: version, source, devices, paths (each pair once). Unknown is null. */
void jsonw_matrix(struct jsonw *json, const struct machine *machine,
		  const struct matrix *matrix);

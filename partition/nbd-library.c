/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "partition/nbd-library.h"

#include <dlfcn.h>
#include <string.h>

int nbd_library_load(struct nbd_library *ret, struct error *error)
{
	const struct {
		const char *name;
		void *function; /* where its address goes */
	} rows[] = {
		{"nbd_create", &ret->create},
		{"nbd_close", &ret->close},
		{"nbd_shutdown", &ret->shutdown},
		{"nbd_connect_socket", &ret->connect},
		{"nbd_get_size", &ret->get_size},
		{"nbd_can_flush", &ret->can_flush},
		{"nbd_pread", &ret->pread},
		{"nbd_pwrite", &ret->pwrite},
		{"nbd_flush", &ret->flush},
		{"nbd_get_error", &ret->get_error},
		{"nbd_get_errno", &ret->get_errno},
	};
	void *library = dlopen(SONAME_NBD, RTLD_NOW | RTLD_LOCAL);

	if (!library)
		return error_system(
			error, 0, "qcow2 images need libnbd, which cannot be loaded: %s",
			dlerror());
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		void *address = dlsym(library, rows[i].name);

		if (!address)
			return error_system(error, 0, SONAME_NBD " has no %s",
					    rows[i].name);
		memcpy(rows[i].function, &address, sizeof(address));
	}
	return 0;
}

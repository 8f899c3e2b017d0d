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
		{"nbd_aio_disconnect", &ret->disconnect},
		{"nbd_aio_connect_socket", &ret->connect},
		{"nbd_aio_is_ready", &ret->is_ready},
		{"nbd_aio_is_closed", &ret->is_closed},
		{"nbd_aio_is_dead", &ret->is_dead},
		{"nbd_aio_command_completed", &ret->completed},
		{"nbd_poll", &ret->poll},
		{"nbd_get_size", &ret->get_size},
		{"nbd_can_flush", &ret->can_flush},
		{"nbd_aio_pread", &ret->pread},
		{"nbd_aio_pwrite", &ret->pwrite},
		{"nbd_aio_flush", &ret->flush},
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

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * nbd-library.h - the functions of libnbd that we call. It brings a dozen libraries of
 * TLS along.
 */
#pragma once

#include "base/library.h"

#include <libnbd.h>

/* clang-format off */
#define NBD_FUNCTIONS(X) \
	X(nbd_aio_command_completed) \
	X(nbd_aio_connect_socket) \
	X(nbd_aio_disconnect) \
	X(nbd_aio_flush) \
	X(nbd_aio_is_closed) \
	X(nbd_aio_is_dead) \
	X(nbd_aio_is_ready) \
	X(nbd_aio_pread) \
	X(nbd_aio_pwrite) \
	X(nbd_can_flush) \
	X(nbd_close) \
	X(nbd_create) \
	X(nbd_get_errno) \
	X(nbd_get_error) \
	X(nbd_get_size) \
	X(nbd_poll)
/* clang-format on */

/* Each as sym_NAME. */
LIBRARY_DECLARE(DLOPEN_NBD, NBD_FUNCTIONS)
/* Call it before the first of them. Error (3): it cannot be loaded. */
int nbd_library_load(struct error *error) _must_check_;

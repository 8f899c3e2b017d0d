/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * nbd-library.h - libnbd, loaded when the first qcow2 is opened and not before: it
 * brings a dozen libraries of TLS along, which would make every command of the program
 * start half as fast.
 */
#pragma once

#include "base/error.h"

#include <libnbd.h>

struct nbd_library {
	__typeof__(nbd_create) *create;
	__typeof__(nbd_close) *close;
	__typeof__(nbd_aio_disconnect) *disconnect;
	__typeof__(nbd_aio_connect_socket) *connect;
	__typeof__(nbd_aio_is_ready) *is_ready;
	__typeof__(nbd_aio_is_closed) *is_closed;
	__typeof__(nbd_aio_is_dead) *is_dead;
	__typeof__(nbd_aio_command_completed) *completed;
	__typeof__(nbd_poll) *poll;
	__typeof__(nbd_get_size) *get_size;
	__typeof__(nbd_can_flush) *can_flush;
	__typeof__(nbd_aio_pread) *pread;
	__typeof__(nbd_aio_pwrite) *pwrite;
	__typeof__(nbd_aio_flush) *flush;
	__typeof__(nbd_get_error) *get_error;
	__typeof__(nbd_get_errno) *get_errno;
};

/* Fills *@ret; the library stays loaded. Fault (3): it is not installed. */
int nbd_library_load(struct nbd_library *ret, struct error *error) _must_check_;

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* nbd-server.h - a qemu-nbd that serves only this process, and ends when it does. */
#pragma once

#include "base/error.h"
#include "base/text.h"

#include <sys/types.h>

struct nbd_server {
	pid_t keeper; /* 0: none was started */
	int hold;     /* when closed, for whatever reason, the server ends */
	int messages; /* a file with its standard error, which does not go to the terminal
		       */
};

/*
 * Starts the command line @argv, a qemu-nbd without an address. Returns a socket that is
 * connected to it, owned by the caller; or -1 with *error filled in (3). If it cannot
 * serve, reading the socket fails, and its standard error says why
 * (nbd_server_add_said()).
 */
int nbd_server_start(char *const argv[], struct nbd_server *ret, struct error *error)
	_must_check_;
/*
 * Adds ": " and what it wrote to standard error, the first 1023 bytes unchanged; nothing
 * if it wrote nothing, or was not started.
 */
void nbd_server_add_messages(struct text *text, const struct nbd_server *server);
/*
 * Ends it in order and waits for that, at most so long. False if it has not ended by
 * then; the keeper goes on asking it to. Nothing to do, and true, if none was started.
 */
bool nbd_server_end(struct nbd_server *server, unsigned limit_s);

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* nbd-server.h - a qemu-nbd that serves this process alone, and ends when it does. */
#pragma once

#include "base/error.h"
#include "base/text.h"

#include <sys/types.h>

struct nbd_server {
	pid_t keeper; /* 0: none was started */
	int hold;     /* closed, by whatever, it ends the server */
	int said; /* a file with what it wrote to standard error, not to the terminal */
};

/*
 * Starts the command line @argv, a qemu-nbd without an address. A socket that is
 * connected to it, the caller's; or -1 with *error filled (3). That it cannot serve shows
 * when the socket is read, and why in what it wrote (nbd_server_add_said()).
 */
int nbd_server_start(char *const argv[], struct nbd_server *ret, struct error *error)
	_must_check_;
/*
 * Adds ": " and what it wrote to standard error, the first 1023 bytes as they are;
 * nothing if it wrote nothing, or was not started.
 */
void nbd_server_add_said(struct text *text, const struct nbd_server *server);
/*
 * Ends it in order and waits for that, at most so long. False if it has not ended by
 * then; the keeper goes on asking it to. Nothing to do, and true, if none was started.
 */
bool nbd_server_end(struct nbd_server *server, unsigned limit_s);

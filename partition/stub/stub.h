/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stub.h - the message in the boot sector of a disk that boots only with UEFI, for users
 * who start it with a BIOS. Only bytes 0 to 439 of block 0 are ever touched: the disk
 * signature, the partition entries and the 55 AA after them belong to the table.
 */
#pragma once

#include "base/error.h"

#define STUB_BYTES 440 /* room for code and message (UEFI 2.10, table 5-1: boot code) */

/* Code from uefi-only.S, then the message and a NUL, then zeros. */
extern const uint8_t stub_code[];
extern const uint32_t stub_code_bytes;

/* The default message of a stub; lines end with CR LF. */
extern const char *const stub_default_message;

/* Maximum message length in bytes, including the CR of each line end. */
size_t stub_message_bytes(void);

/*
 * Puts code and @message (NULL: the default) into the first 440 bytes of @sector. Line
 * ends become CR LF; a missing final one is added. Errors (status 2): a byte that is
 * neither printable ASCII nor a newline, with its position; too long, with by how much;
 * empty.
 */
int stub_fill(uint8_t sector[static STUB_BYTES], const char *message, size_t n,
	      struct error *error) _must_check_;
/* Writes zeros there, as without any boot code. */
void stub_clear(uint8_t sector[static STUB_BYTES]);

enum stub_state {
	STUB_NONE,  /* zeros: nothing to boot */
	STUB_OURS,  /* our code, a message and zeros */
	STUB_OTHER, /* other boot code */
};
/*
 * What a sector contains; for our own stub also the message, owned by the caller, if
 * @ret_message is not NULL (NULL in it otherwise).
 */
enum stub_state stub_find(const uint8_t sector[static STUB_BYTES], char **ret_message);

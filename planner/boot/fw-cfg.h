/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fw-cfg.h - reads files of QEMU's fw_cfg device from a guest that does not run: requests
 * for QEMU's qtest socket, and its answers. Pure: the caller transfers the bytes.
 *
 * To read a file, it does one DMA read (QEMU docs/specs/fw_cfg.rst) into the guest's
 * memory, which is unused, and reads that. The answers come from a process that may be
 * compromised: their size is limited, and only numbers and base64 are accepted.
 */
#pragma once

#include "base/text.h"

/* The addresses of the machine's device and of some memory. */
enum fw_cfg_place {
	FW_CFG_PORTS,  /* x86: I/O ports, memory from 1 MiB on */
	FW_CFG_MEMORY, /* Arm's virt: memory-mapped; memory from 1 GiB on */
};

enum {
	FW_CFG_FILE_LIMIT = 16 << 20,
	FW_CFG_FILES = 512, /* more than any QEMU has */
	FW_CFG_LINE_LIMIT = FW_CFG_FILE_LIMIT / 3 * 4 + 64,
};

struct fw_cfg {
	struct text out;   /* bytes for the socket; the caller sends and clears it */
	bool done;         /* the answer is complete, or fault is set */
	bool found;        /* the file exists */
	struct text file;  /* its bytes */
	const char *fault; /* static: why there is no answer; NULL */
	enum fw_cfg_place place; /* internal from here */
	const char *name;
	size_t n;         /* bytes asked for */
	unsigned answers; /* received for the current request */
	bool in_directory;
	struct text line;
};

/* Asks for the file @name, which is borrowed. @ret is zeroed. */
void fw_cfg_begin(struct fw_cfg *ret, enum fw_cfg_place place, const char *name);
/* More bytes from the socket. */
void fw_cfg_feed(struct fw_cfg *fw_cfg, const char *bytes, size_t n);
void fw_cfg_free(struct fw_cfg *fw_cfg);
#define _cleanup_fw_cfg_ _cleanup_(fw_cfg_free)

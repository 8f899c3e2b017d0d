/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * serial.h - what the agent inside a guest says on the serial line, and finding it again
 * in all that firmware, boot loader and kernel say there too.
 *
 * Every word of ours is a line that begins with SERIAL_MARK:
 *
 *     @virt-layout: start 1                      the agent runs; the protocol's version
 *     @virt-layout: uptime SECONDS               of its kernel, at that moment
 *     @virt-layout: note TEXT                    a result or a complaint, for people
 *     @virt-layout: assign ADDRESS ok|failed TEXT   what --assign found
 *     @virt-layout: record LENGTH CHECKSUM       LENGTH bytes follow behind the newline
 *     @virt-layout: piece LENGTH CHECKSUM        likewise, one part of the record of
 *                                                several; "done" ends the last
 *     @virt-layout: shell                        a shell has the line until "done"
 *     @virt-layout: done                         nothing follows
 *
 * Carriage returns before a newline do not count. Uses base and nothing else: both sides
 * link it.
 */
#pragma once

#include "base/text.h"
#include "base/vec.h"
#include "topology/pci-address.h"

#define SERIAL_MARK "@virt-layout: "

/* FNV-1a, 64 bits: against noise on a line, not against anybody. */
uint64_t serial_checksum(const char *bytes, size_t n);
/* The record with the line before it, so that serial_feed takes it. */
void text_add_serial_record(struct text *text, const char *bytes, size_t n);

enum serial_state {
	SERIAL_WAITING, /* for the agent; what comes is the firmware's and the kernel's */
	SERIAL_STARTED,
	SERIAL_RECORD, /* within the record's bytes */
	SERIAL_DONE,
	SERIAL_DAMAGED, /* no use reading on; fault says why */
};

enum {
	SERIAL_LINE_LIMIT = 4096,
	SERIAL_TAIL_BYTES = 8192,
	SERIAL_RECORD_LIMIT = 32 << 20,
	SERIAL_LIMIT = 96 << 20, /* all bytes: more is a guest gone mad */
};

struct serial_assign {
	struct pci_address at;
	bool ok;
	char *text;
};

/* Zeroed it waits. Memory stays within the limits above, whatever is fed. */
struct serial {
	enum serial_state state;
	struct text record; /* whole and checked as soon as has_record */
	bool has_record;
	bool started;    /* the agent said a word, whatever came of it */
	bool shell;      /* what comes is a shell's */
	double uptime_s; /* of the kernel when the agent started; 0 not said */
	VEC(char *) notes;
	VEC(struct serial_assign) assigns;
	char *fault;      /* why the record is missing or damaged */
	struct text tail; /* the last that was said outside of records */
	uint64_t bytes;
	struct text line; /* internal from here */
	uint64_t left, checksum;
	bool in_pieces;     /* the record is sent in several parts */
	size_t piece_start; /* where the part that is under way begins in record */
};

/* More bytes from the line. The answer is the state afterwards. */
enum serial_state serial_feed(struct serial *serial, const char *bytes, size_t n);
/* The line has ended: what is not whole by now never will be. */
void serial_finish(struct serial *serial);
void serial_free(struct serial *serial);
#define _cleanup_serial_ _cleanup_(serial_free)

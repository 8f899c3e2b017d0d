/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * serial.h - the protocol of the agent inside a guest on the serial line, and a parser
 * that finds it among the output of firmware, boot loader and kernel.
 *
 * Each message is a line that begins with SERIAL_MARK:
 *
 *     @virt-layout: start 1                      the agent runs; the protocol's version
 *     @virt-layout: uptime SECONDS               of its kernel, at that moment
 *     @virt-layout: offline LIST                 CPUs that the kernel did not start when
 *                                                it was told to, afterwards
 *     @virt-layout: note TEXT                    a result or a complaint, for people
 *     @virt-layout: assign ADDRESS ok|failed TEXT   what --assign found
 *     @virt-layout: record LENGTH CHECKSUM       LENGTH bytes follow after the newline
 *     @virt-layout: piece LENGTH CHECKSUM        likewise, one part of the record of
 *                                                several; "done" ends the last
 *     @virt-layout: shell                      a shell uses the line until "done"
 *     @virt-layout: done                         nothing follows
 *
 * Carriage returns before a newline are ignored. Uses only base, because both sides link
 * it.
 */
#pragma once

#include "base/text.h"
#include "base/vec.h"
#include "topology/pci-address.h"

#define SERIAL_MARK "@virt-layout: "

/* FNV-1a, 64 bits: against noise on a line, not against manipulation. */
uint64_t serial_checksum(const char *bytes, size_t n);
/* The record with the line before it, as serial_feed expects it. */
void text_add_serial_record(struct text *text, const char *bytes, size_t n);

enum serial_state {
	SERIAL_WAITING, /* for the agent; the output is the firmware's and the kernel's */
	SERIAL_STARTED,
	SERIAL_RECORD, /* within the record's bytes */
	SERIAL_DONE,
	SERIAL_DAMAGED, /* reading is over; fault has the reason */
};

enum {
	SERIAL_LINE_LIMIT = 4096,
	SERIAL_TAIL_BYTES = 8192,
	SERIAL_RECORD_LIMIT = 32 << 20,
	SERIAL_LIMIT = 96 << 20, /* of all bytes; more means that the guest misbehaves */
};

struct serial_assign {
	struct pci_address at;
	bool ok;
	char *text;
};

/* A zeroed one waits. Memory stays within the limits above, whatever is fed. */
struct serial {
	enum serial_state state;
	struct text record; /* complete and checked if has_record */
	bool has_record;
	bool started;    /* the agent sent a message, complete or not */
	bool shell;      /* the output is a shell's */
	bool offline;    /* the agent could not start some CPUs */
	double uptime_s; /* of the kernel when the agent started; 0: unknown */
	VEC(char *) notes;
	VEC(struct serial_assign) assigns;
	char *fault;      /* why the record is missing or damaged */
	struct text tail; /* the last output outside of records */
	uint64_t bytes;
	struct text line; /* internal from here */
	uint64_t left, checksum;
	bool in_pieces;     /* the record is sent in several parts */
	size_t piece_start; /* where the current part begins in record */
};

/* Feeds more bytes from the line. Returns the new state. */
enum serial_state serial_feed(struct serial *serial, const char *bytes, size_t n);
/* The line has ended: what is incomplete now stays incomplete. */
void serial_finish(struct serial *serial);
void serial_free(struct serial *serial);
#define _cleanup_serial_ _cleanup_(serial_free)

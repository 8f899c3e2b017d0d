/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * emulators.h - what the QEMUs and the firmware of this host are. Each QEMU is asked over
 * QMP, started with the machine "none", which has no guest.
 */
#pragma once

#include "topology/machine.h"

/* All of them together; one takes about 0.1 s. */
#define EMULATORS_LIMIT_MS 2000

/* Whether emulators_gather() looks for an emulator at this path. */
bool emulators_look_at(const char *path);

/* The models and properties that are asked about. Ends with a row without a model. */
struct emulator_question {
	const char *model;
	const char *properties[12]; /* ends with NULL */
};
extern const struct emulator_question emulator_questions[];

/*
 * Starts the program and asks it, for at most @limit_ms, of which it returns how much it
 * took. While the program waits for a CPU, no time passes, up to 8 times the limit. It is
 * always stopped, with what it started in its process group. Never fails: what is not
 * known stays so in *@ret, which has the path already, and ->unknown says why.
 */
int emulator_ask(int limit_ms, struct machine_emulator *ret);
/*
 * The conversation's own part, pure: what is sent, and what the answers mean. @bytes are
 * not trusted. False if the machine types are not among them.
 */
void text_add_questions(struct text *text);
bool emulator_take_answers(const char *bytes, size_t n, struct machine_emulator *ret);

/*
 * Asks every QEMU in its usual place on this machine, whose facts are settled, and sets
 * the fact qemu.version if one answered.
 */
void emulators_gather(struct machine *machine);
/* Reads the firmware descriptors below a directory that is this machine's root, or a
 * copy. */
void firmware_gather(int root_fd, struct machine *machine);

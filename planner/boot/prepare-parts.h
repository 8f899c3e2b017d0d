/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* prepare-parts.h - shared by the files of prepare. */
#pragma once

#include "base/xml/edit.h"
#include "planner/boot/substitution.h"

struct prepare_options; /* prepare.h */

struct prepare {
	const char *name;              /* the user's domain */
	const struct document *domain; /* after the last step */
	const struct prepare_options *options;
	struct substitutions *done;
	struct edits edits;
	int devices;           /* element, -1 */
	struct text arguments; /* <qemu:commandline> and <qemu:override> */
	unsigned stand_ins;    /* how many there are */
};

/* Adds a substitution for an element; the caller fills in everything but its subject. */
struct substitution *prepare_note(struct prepare *p, const char *what, int element);
/* Removes every child of @parent of that name. */
void prepare_drop(struct prepare *p, int parent, const char *name);
/*
 * Leaves out a child of <domain> or <devices>. If it was a PCI function, a stand-in gets
 * its address, so that the tree does not change.
 */
void prepare_remove(struct prepare *p, int element, const char *what, const char *why);
/* prepare-keep.c: removes everything that is not on the list. */
void prepare_keep(struct prepare *p, bool finished);
/* prepare-firmware.c */
/* QEMU gets copies, and its own variables. */
void prepare_firmware(struct prepare *p, struct want *os);
/*
 * If libvirt chooses the firmware, it must not be one with enrolled keys, which starts
 * only what was signed with them. libvirt chooses such a firmware for a secure loader, or
 * for Secure Boot, unless the domain excludes the keys.
 */
void prepare_keys(struct prepare *p, int os);
/* prepare-commandline.c: the QEMU arguments that are kept, as XML. */
void prepare_commandline(struct prepare *p, const struct document *domain,
			 struct text *ret);
/* prepare-devices.c */
/* Whether an interface gets another back end, with one line for all its parts. */
bool prepare_replaces_interface(const struct prepare *p, int interface);
void prepare_devices(struct prepare *p);
/*
 * prepare-cpu.c: a model that the accelerator supports and that shows what was planned.
 */
void prepare_cpu(struct prepare *p, const char *arch);

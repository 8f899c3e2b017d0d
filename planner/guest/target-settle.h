/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * target-settle.h - which versions of libvirt and QEMU a command plans and checks for.
 * Each of the two versions comes from the first of these that has it: --target; the given
 * host (QEMU's only if the domain's <emulator> is the host's own); TARGET_DEFAULT, or
 * TARGET_NEWEST for KubeVirt, raised to what the domain's machine type, elements and
 * attributes prove. The version of the firmware is that of --target or of the host, or
 * unknown: no other version implies it.
 */
#pragma once

#include "base/xml/document.h"
#include "base/jsonw.h"
#include "base/option.h"
#include "planner/guest/guest.h"
#include "planner/guest/target.h"
#include "topology/machine.h"

enum target_why {
	TARGET_WHY_DEFAULT,
	TARGET_WHY_NEWEST,    /* the newest known version */
	TARGET_WHY_GIVEN,     /* --target, or KubeVirt's annotation */
	TARGET_WHY_INSTALLED, /* --target installed */
	TARGET_WHY_HOST,      /* the facts of the given host */
	TARGET_WHY_DOMAIN,    /* raised by it */
	TARGET_WHY_UNKNOWN,   /* the version is 0 */
};

/* What is known before the domain is read. */
struct target_wish {
	struct target given; /* versions that are 0 are not given */
	bool installed;      /* the others are those that are installed here */
	struct target found; /* the installed ones; the command fills it */
	bool newest;         /* start from TARGET_NEWEST */
};

/*
 * Setter of --target (what target_parse() takes, or installed) for a field of type struct
 * target_wish. The command looks up the installed versions.
 */
option_setter target_wish_set;

struct target_origin {
	enum target_why why;
	char *what; /* what raised it: "machine type pc-q35-10.0"; owned */
	long line;  /* its line; 0: not in the domain's text */
};

/* Owns everything in it. */
struct target_settled {
	struct target target;
	struct target_origin libvirt, qemu, seabios, edk2;
};

/*
 * Fills a zeroed *@ret. @host, @document and @guest may be NULL, the last two only
 * together. @machine is a requested machine type, which replaces the guest's, or NULL.
 */
void target_settle(const struct target_wish *wish, const struct machine *host,
		   const struct document *document, const struct guest *guest,
		   const char *machine, struct target_settled *ret);
void target_settled_free(struct target_settled *settled);
#define _cleanup_target_settled_ _cleanup_(target_settled_free)

/*
 * "libvirt 11.3 and QEMU 10.0 (machine type pc-q35-10.0, line 12)", and the firmware if
 * it is known. @file names the file of the line if several are checked; NULL: only the
 * line.
 */
void text_add_target(struct text *text, const struct target_settled *settled,
		     const char *file);
/* Whether both have the same versions for the same reasons; lines are ignored. */
bool target_settled_alike(const struct target_settled *a, const struct target_settled *b);
/*
 * Members of an open object: libvirt, libvirt_from, libvirt_raised_by, libvirt_line and
 * the same for qemu; newer_than_known; seabios, seabios_from, edk2, edk2_from, which are
 * null if unknown.
 */
void jsonw_target_members(struct jsonw *json, const struct target_settled *settled);

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * run-confine.h - libvirt and QEMU kept apart from the host when root starts a run.
 *
 * Theory of operation. The supervisor stays what it is: root, in the host's namespaces,
 * with nothing to do but to carry bytes, keep the time limit and remove files. Below it
 * is a process of its own PID, mount, network and IPC namespaces, the init of the first.
 * It makes the file system read-only, covers what others share (/tmp, /run, /dev), shows
 * ROOT's directory RUN_INSIDE in ROOT's own place, gives up every privilege, and only
 * then starts the worker, which opens libvirt. libvirt's own way, user= in qemu.conf, is
 * not used: libvirt then asks QEMU for its abilities at every start, for 10 s.
 *
 * ROOT itself is root's, mode 0700: no other process of that user can reach the files.
 * Nobody but the init's namespace writes to them while it lives, and the kernel ends all
 * processes of a PID namespace with its init. The supervisor's death ends the init.
 */
#pragma once

#include "planner/boot/run.h"

/*
 * User and group of a confined run: the kernel's overflow ids, which own nothing
 * (user_namespaces(7)). They need no entry in /etc/passwd.
 */
enum { RUN_NOBODY = 65534 };

/*
 * run-confine.c: in a new child of the supervisor, which is the first one after
 * unshare(CLONE_NEWPID). Returns in the worker, a child of this process; this process
 * reaps until the worker has ended, and ends with its status: 128 + N for a signal N.
 * Dies with the supervisor; @lifeline is a pipe whose other end the supervisor alone has.
 * Faults, with nothing started: a namespace, a mount or the privilege.
 */
int run_confine(const struct run *run, int lifeline, struct error *error) _must_check_;

/*
 * run-mounts.c: in a new mount namespace; what of the host's file system is seen, as
 * above. *@ret_group is the group that may use /dev/kvm; 0: none is needed.
 */
int run_make_mounts(const struct run *run, gid_t *ret_group, struct error *error)
	_must_check_;

/* run-privilege.c: becomes RUN_NOBODY, in no group but @extra_group unless that is 0. */
int run_drop_privilege(gid_t extra_group, struct error *error) _must_check_;

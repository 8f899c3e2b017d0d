/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * run-confine.h - isolates libvirt and QEMU from the host when root starts a run.
 *
 * Theory of operation. The supervisor stays root, in the host's namespaces; it only
 * transfers bytes, enforces the time limit and removes files. Below it is a process with
 * its own PID, mount, network and IPC namespaces, the init of the PID namespace. It makes
 * the file system read-only, covers shared directories (/tmp, /run, /dev), mounts ROOT's
 * directory RUN_INSIDE over ROOT, gives up every privilege, and only then starts the
 * worker, which opens libvirt. libvirt's own mechanism, user= in qemu.conf, is not used,
 * because libvirt then probes QEMU's capabilities at every start, which takes 10 s.
 *
 * ROOT belongs to root, mode 0700: no other process of that user can access the files.
 * Only processes in the init's namespace write to them while it lives, and the kernel
 * ends all processes of a PID namespace with its init. The init ends with the supervisor.
 */
#pragma once

#include "planner/boot/run.h"

/*
 * User and group of a confined run: the kernel's overflow ids, which own nothing
 * (user_namespaces(7)). They need no entry in /etc/passwd.
 */
enum { RUN_NOBODY = 65534 };

/*
 * run-confine.c: call it in the supervisor's first child after unshare(CLONE_NEWPID).
 * Returns in the worker, a child of this process; this process reaps children until the
 * worker has ended, and exits with its status: 128 + N for a signal N. It ends with the
 * supervisor; @lifeline is a pipe whose other end only the supervisor has. Errors, with
 * nothing started: a namespace, a mount or the privilege.
 */
int run_confine(struct run *run, int lifeline, struct error *error) _must_check_;

/*
 * run-mounts.c: sets up the file system described above, in a new mount namespace.
 * *@ret_group is the group that may use /dev/kvm; 0: none is needed.
 */
int run_make_mounts(const struct run *run, gid_t *ret_group, struct error *error)
	_must_check_;

/*
 * run-privilege.c: becomes RUN_NOBODY, whose only other group is @extra_group (0: none).
 */
int run_drop_privilege(gid_t extra_group, struct error *error) _must_check_;

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * run-account.c - when started by root, libvirt looks up the account that its packages
 * create for QEMU ("libvirt-qemu", "qemu") before it reads qemu.conf, and refuses to
 * start if there is none (virQEMUDriverConfigNew, qemu_conf.c). Our qemu.conf makes QEMU
 * run as ourselves, so the account is never used: these two functions override the C
 * library's, and return root's entry for an unknown name.
 */
#include "base/macros.h"

#include <dlfcn.h>
#include <grp.h>
#include <pwd.h>

typedef int passwd_by_name(const char *, struct passwd *, char *, size_t,
			   struct passwd **);
typedef int group_by_name(const char *, struct group *, char *, size_t, struct group **);

int getpwnam_r(const char *name, struct passwd *entry, char *room, size_t n,
	       struct passwd **ret)
{
	passwd_by_name *real = (passwd_by_name *)dlsym(RTLD_NEXT, "getpwnam_r");
	int fault = real(name, entry, room, n, ret);

	return *ret || fault ? fault : getpwuid_r(0, entry, room, n, ret);
}

int getgrnam_r(const char *name, struct group *entry, char *room, size_t n,
	       struct group **ret)
{
	group_by_name *real = (group_by_name *)dlsym(RTLD_NEXT, "getgrnam_r");
	int fault = real(name, entry, room, n, ret);

	return *ret || fault ? fault : getgrgid_r(0, entry, room, n, ret);
}

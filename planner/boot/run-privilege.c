/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * run-privilege.c - changes from root to nobody for good: no id, group, capability or
 * keyring of root is left, and no program that is run later can regain one.
 */
#include "planner/boot/run-confine.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* capset(2), version 3: two words for each set. */
static int empty_capabilities(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {};

	return (int)syscall(SYS_capset, &header, none);
}

static bool has_capabilities(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3], none = {};

	if (syscall(SYS_capget, &header, sets) < 0)
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(sets); i++)
		if (memcmp(&sets[i], &none, sizeof(none)) != 0)
			return true;
	return false;
}

/* What a program with file capabilities could gain. */
static int empty_bounding_set(void)
{
	for (unsigned long c = 0; prctl(PR_CAPBSET_READ, c, 0, 0, 0) >= 0; c++)
		if (prctl(PR_CAPBSET_DROP, c, 0, 0, 0) < 0)
			return -1;
	return 0;
}

/* Also if securebits(7) keep what a change of the user id usually removes. */
static bool is_unprivileged(void)
{
	uid_t uids[3];
	gid_t gids[3];

	if (getresuid(&uids[0], &uids[1], &uids[2]) < 0 ||
	    getresgid(&gids[0], &gids[1], &gids[2]) < 0)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(uids); i++)
		if (uids[i] != RUN_NOBODY || gids[i] != RUN_NOBODY)
			return false;
	return !has_capabilities() && prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
}

int run_drop_privilege(gid_t extra_group, struct error *error)
{
	size_t n_groups = extra_group != 0;

	/* A kernel without keyrings has none to give up. */
	syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);
	if (empty_bounding_set() < 0)
		return error_system(error, errno,
				    "cannot empty the capability bounding set");
	if (setgroups(n_groups, &extra_group) < 0 ||
	    setresgid(RUN_NOBODY, RUN_NOBODY, RUN_NOBODY) < 0 ||
	    setresuid(RUN_NOBODY, RUN_NOBODY, RUN_NOBODY) < 0)
		return error_system(error, errno, "cannot become user and group %d",
				    RUN_NOBODY);
	if (empty_capabilities() < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return error_system(error, errno, "cannot drop root's privileges");
	/*
	 * Otherwise our files in /proc would belong to root after the change, and libvirt
	 * could not read them.
	 */
	prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	if (!is_unprivileged())
		return error_system(
			error, 0,
			"the process still has root's privileges after dropping them");
	return 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * no-sleep.c - for LD_PRELOAD: sleep() returns at once. sgdisk sleeps for a second when
 * it has written, before it tells the kernel, which does not know an image.
 */
#include <unistd.h>

unsigned sleep(unsigned seconds)
{
	(void)seconds;
	return 0;
}

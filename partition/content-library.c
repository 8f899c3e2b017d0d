/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* content-library.c - the functions of libblkid that we call. */
#include "base/library.h"

#include <blkid.h>

#define BLKID(...) LIBRARY_FUNCTION(SONAME_BLKID, __VA_ARGS__)

/* clang-format off */
BLKID(int, blkid_do_probe, (blkid_probe a), (a))
BLKID(int, blkid_do_safeprobe, (blkid_probe a), (a))
BLKID(int, blkid_do_wipe, (blkid_probe a, int b), (a, b))
BLKID(void, blkid_free_probe, (blkid_probe a), (a))
BLKID(blkid_probe, blkid_new_probe, (void), ())
BLKID(int, blkid_probe_enable_partitions, (blkid_probe a, int b), (a, b))
BLKID(int, blkid_probe_enable_superblocks, (blkid_probe a, int b), (a, b))
BLKID(int, blkid_probe_lookup_value, (blkid_probe a, const char *b, const char **c, size_t *d), (a, b, c, d))
BLKID(int, blkid_probe_set_device, (blkid_probe a, int b, blkid_loff_t c, blkid_loff_t d), (a, b, c, d))
BLKID(int, blkid_probe_set_partitions_flags, (blkid_probe a, int b), (a, b))
BLKID(int, blkid_probe_set_superblocks_flags, (blkid_probe a, int b), (a, b))

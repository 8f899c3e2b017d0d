/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/guest/firmware-io.h"

#include "base/mem.h"
#include "planner/guest/target.h"

#define ALL_WINDOWS (IO_LIMIT_EFI + 1) /* with that of the chipset */
#define MAX_ROOTS   256

/* Small BARs of the root bus itself share the window of the last reservation. */
static unsigned windows_of(const struct io_root *root)
{
	return root->windows + MAX(root->reserved, (unsigned)root->direct);
}

static bool drop_reservation(struct io_root *roots, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (roots[i].reserved > 0) {
			roots[i].reserved--;
			return true;
		}
	return false;
}

/* One attempt to serve all roots; also whether the last one was served. */
static bool serve(const struct io_root *roots, size_t n, bool *ret_last)
{
	unsigned used = 0;
	bool all = true;

	*ret_last = true;
	for (size_t i = 0; i < n; i++) {
		unsigned need = windows_of(&roots[i]);

		if (need == 0)
			continue;
		*ret_last = used + need <= ALL_WINDOWS;
		if (*ret_last)
			used += need;
		all = all && *ret_last;
	}
	return all;
}

enum io_verdict io_under_efi(const struct io_root *roots, size_t n)
{
	struct io_root left[MAX_ROOTS];
	bool last;

	n = MIN(n, (size_t)MAX_ROOTS);
	for (size_t i = 0; i < n; i++)
		left[i] = roots[i];
	while (!serve(left, n, &last)) {
		if (last)
			return IO_ALL_DROPPED;
		if (!drop_reservation(left, n))
			return IO_DEVICE_DROPPED;
	}
	return IO_FITS;
}

enum known io_efi_reserves(unsigned edk2)
{
	if (edk2 >= VERSION_OF(2025, 2))
		return KNOWN_NO;
	return edk2 > 0 && edk2 <= VERSION_OF(2022, 11) ? KNOWN_YES : KNOWN_UNKNOWN;
}

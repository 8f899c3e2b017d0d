/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/plan/identity.h"

#include "base/hash.h"
#include "base/mem.h"

/*
 * FNV-1a with 64 bits and a final mixing step, so that similar names differ in all bits.
 */
static uint64_t hash(const char *string, uint64_t seed)
{
	uint64_t value = fnv1a(FNV1A_BEGIN ^ seed, string, strlen(string));

	value ^= value >> 32;
	value *= UINT64_C(0x9e3779b97f4a7c15);
	return value ^ value >> 29;
}

char *identity_uuid(const char *name)
{
	uint64_t high = hash(name, 1), low = hash(name, 2);

	high = (high & ~UINT64_C(0xf000)) | 0x8000;
	low = (low & ~(UINT64_C(3) << 62)) | UINT64_C(2) << 62;
	return xasprintf("%08x-%04x-%04x-%04x-%012jx", (unsigned)(high >> 32),
			 (unsigned)(high >> 16 & 0xffff), (unsigned)(high & 0xffff),
			 (unsigned)(low >> 48),
			 (uintmax_t)(low & UINT64_C(0xffffffffffff)));
}

char *identity_mac(const char *name, const char *place)
{
	uint64_t value = hash(place, hash(name, 3));

	return xasprintf("52:54:00:%02x:%02x:%02x", (unsigned)(value & 0xff),
			 (unsigned)(value >> 8 & 0xff), (unsigned)(value >> 16 & 0xff));
}

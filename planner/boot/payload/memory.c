/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/boot/payload/parts.h"

/* The compiler may call these regardless of its options. */
void *memcpy(void *restrict to, const void *restrict from, size_t n);
void *memset(void *to, int byte, size_t n);

void *memcpy(void *restrict to, const void *restrict from, size_t n)
{
	volatile uint8_t *t = to;
	const uint8_t *f = from;

	for (size_t i = 0; i < n; i++)
		t[i] = f[i];
	return to;
}

void *memset(void *to, int byte, size_t n)
{
	volatile uint8_t *t = to;

	for (size_t i = 0; i < n; i++)
		t[i] = (uint8_t)byte;
	return to;
}

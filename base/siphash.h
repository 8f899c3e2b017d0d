/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * siphash.h - a hash that nobody outside the process can predict: SipHash-1-3 (Aumasson
 * and Bernstein, "SipHash: a fast short-input PRF", 2012) with the random key that the
 * kernel gives each program. It must not have an effect on what is printed.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Of a number and @n bytes. */
uint64_t siphash(uint64_t number, const char *bytes, size_t n);
/* The same with a key that the caller gives, for tests. */
uint64_t siphash_keyed(const uint64_t key[2], uint64_t number, const char *bytes,
		       size_t n);

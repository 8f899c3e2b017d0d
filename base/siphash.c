/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/siphash.h"

#include <string.h>
#include <sys/auxv.h>

static inline uint64_t rotate(uint64_t x, int bits)
{
	return x << bits | x >> (64 - bits);
}

static inline void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[0] = rotate(v[0], 32);
	v[2] += v[3];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[2] = rotate(v[2], 32);
}

static inline void add_word(uint64_t v[4], uint64_t word)
{
	v[3] ^= word;
	sip_round(v);
	v[0] ^= word;
}

uint64_t siphash_keyed(const uint64_t key[2], uint64_t number, const char *bytes,
		       size_t n)
{
	uint64_t v[4] = {key[0] ^ UINT64_C(0x736f6d6570736575),
			 key[1] ^ UINT64_C(0x646f72616e646f6d),
			 key[0] ^ UINT64_C(0x6c7967656e657261),
			 key[1] ^ UINT64_C(0x7465646279746573)};
	uint64_t last = (uint64_t)(n + sizeof(number)) << 56, word;

	add_word(v, number);
	for (; n >= sizeof(word); n -= sizeof(word), bytes += sizeof(word)) {
		memcpy(&word, bytes, sizeof(word));
		add_word(v, word);
	}
	for (size_t i = 0; i < n; i++)
		last |= (uint64_t)(unsigned char)bytes[i] << 8 * i;
	add_word(v, last);
	v[2] ^= 0xff;
	for (int i = 0; i < 3; i++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

uint64_t siphash(uint64_t number, const char *bytes, size_t n)
{
	/* The same at every call, in every thread. */
	static const void *random;
	uint64_t key[2] = {};

	if (!__atomic_load_n(&random, __ATOMIC_RELAXED))
		__atomic_store_n(&random, (const void *)getauxval(AT_RANDOM),
				 __ATOMIC_RELAXED);

	if (__atomic_load_n(&random, __ATOMIC_RELAXED))
		memcpy(key, __atomic_load_n(&random, __ATOMIC_RELAXED), sizeof(key));
	return siphash_keyed(key, number, bytes, n);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sha256.h - SHA-256 (FIPS 180-4) and HMAC (RFC 2104), to derive names from a seed. Not
 * for secrets: nothing here runs in constant time.
 */
#pragma once

#include "base/macros.h"

#define SHA256_BYTES 32

struct sha256 {
	uint32_t state[8];
	uint64_t n; /* bytes hashed */
	uint8_t block[64];
};

void sha256_begin(struct sha256 *hash);
void sha256_add(struct sha256 *hash, const void *bytes, size_t n);
void sha256_end(struct sha256 *hash, uint8_t ret[static SHA256_BYTES]);
void hmac_sha256(const void *key, size_t n_key, const void *bytes, size_t n,
		 uint8_t ret[static SHA256_BYTES]);

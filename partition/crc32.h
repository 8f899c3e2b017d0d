/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * The checksum of GPT headers and arrays (UEFI 2.10, 5.3.2): CRC-32 of ISO 3309 with
 * polynomial 0xedb88320, reflected. @crc is 0, or the checksum so far, to continue from.
 */
uint32_t crc32_add(uint32_t crc, const void *bytes, size_t n);

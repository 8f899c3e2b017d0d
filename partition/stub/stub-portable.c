/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stub-portable.c - replaces uefi-only.S if the assembler does not support x86. */
#include "partition/stub/stub-bytes.h"
#include "partition/stub/stub.h"

const uint8_t stub_code[] = {STUB_EXPECTED_BYTES};
const uint32_t stub_code_bytes = sizeof(stub_code);

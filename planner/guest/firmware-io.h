/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * firmware-io.h - how many functions with an I/O BAR a firmware can serve.
 *
 * Each bridge with an I/O BAR below it takes a window of 4 KiB out of 64 KiB that all
 * roots share. SeaBIOS stops the boot when they run out. OVMF gives no device below an
 * expander bus any BAR at all; it also keeps a window for each port that something could
 * be plugged into, as soon as one window is needed. The limits were measured on q35
 * (SeaBIOS 1.16, OVMF 2022.11).
 */
#pragma once

#define IO_LIMIT_BIOS 14u
#define IO_LIMIT_EFI  9u

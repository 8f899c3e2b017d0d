/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * firmware-io.h - how many functions with an I/O BAR a firmware can handle.
 *
 * Each bridge with an I/O BAR below it needs a window of 4 KiB in the 64 KiB that all
 * roots share. If they do not suffice, SeaBIOS stops the boot, and OVMF gives no BAR at
 * all to any device below an expander bus. As soon as OVMF needs one window, it also
 * reserves one for each hot-plug port. Measured on q35: with SeaBIOS 1.16.2, 1.16.3 and
 * 1.17.0, 14 such functions start and 15 do not; with OVMF 2022.11 and 2025.02, 9 get
 * their BARs and 10 do not. So the version of the target's firmware does not matter here.
 */
#pragma once

#define IO_LIMIT_BIOS 14u
#define IO_LIMIT_EFI  9u

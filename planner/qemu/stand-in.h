/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stand-in.h - devices that stand for others in a dry boot. */
#pragma once

/*
 * The alias of a device that stands for another one in a dry boot
 * (planner/boot/prepare.h) begins so. Its place is predicted and its identity is not.
 */
#define STAND_IN_ALIAS "ua-stand-in-"

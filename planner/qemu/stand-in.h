/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stand-in.h - devices that replace others in a dry boot. */
#pragma once

/*
 * Prefix of the alias of a device that replaces another one in a dry boot
 * (planner/boot/prepare.h). Its address is predicted, but not its identity.
 */
#define STAND_IN_ALIAS "ua-stand-in-"

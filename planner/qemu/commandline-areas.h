/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* commandline-areas.h - what an argument that is not understood may change. */
#pragma once

#include "planner/qemu/addition.h"

/* Each is a set of enum addition_area. @value is what follows the option, or NULL. */
unsigned areas_of_option(const char *name, const char *value);
unsigned areas_of_machine(const char *text);
unsigned areas_of_device(const char *driver);
unsigned areas_of_object(const char *type);
unsigned areas_of_property(const char *name);

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * readers.h - every way to a machine, in one place for whoever decides which one a
 * SOURCE needs. Each fills a zeroed machine, which is settled and the caller's to free
 * also after a fault. Faults are I/O, ill-formed input and the wrong kind of input;
 * what is malformed in one value is a complaint of the machine.
 */
#pragma once

#include "topology/capabilities.h"
#include "topology/hwloc-read.h"
#include "topology/sysfs.h"

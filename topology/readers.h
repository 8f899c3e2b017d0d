/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * readers.h - every reader of a machine in one place, for the code that decides which one
 * a SOURCE needs. Each fills in a zeroed machine, which is settled and which the caller
 * must free even after an error. Errors are I/O, ill-formed input and the wrong type of
 * input; a malformed single value is a complaint of the machine.
 */
#pragma once

#include "topology/capabilities.h"
#include "topology/hwloc-read.h"
#include "topology/nccl.h"
#include "topology/sysfs.h"

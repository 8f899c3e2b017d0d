/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* request-parts.h - the pieces of request_finish, for the file that holds each. */
#pragma once

#include "planner/plan/request/request.h"

/* Target, machine, IOMMU, extras and nodes, each alone; a fault names the flag. */
int request_check(const struct request *request, struct error *error) _must_check_;
/* The nodes' vCPUs in all, against what QEMU takes. */
int request_check_vcpus(const struct request *request, struct error *error) _must_check_;

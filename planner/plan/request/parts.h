/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* parts.h - the parts of request_finish that are in other files. */
#pragma once

#include "planner/plan/request/request.h"

/*
 * Checks target, machine, IOMMU, extras and nodes separately; an error names the option.
 */
int request_check(const struct request *request, struct error *error) _must_check_;
/* Checks the nodes' total of vCPUs against QEMU's limit. */
int request_check_vcpus(const struct request *request, struct error *error) _must_check_;

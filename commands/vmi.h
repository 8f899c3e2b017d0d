/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vmi.h - what a KubeVirt VirtualMachineInstance requests: annotations of our own prefix,
 * one for each option of `plan --domain` that makes sense there.
 */
#pragma once

#include "base/error.h"
#include "base/vec.h"

/* A Kubernetes annotation key is PREFIX/NAME; a prefix is a DNS name. */
#define VMI_PREFIX "virt-layout/"

struct vmi_setting {
	char *flag, *value; /* owned; "node", "vcpus=2,memory=1GiB" */
};

/* A zeroed one requests nothing. */
struct vmi_wish {
	VEC(struct vmi_setting) settings; /* by key, then in the order of the value */
	bool strict;                      /* a VM that cannot be planned must not start */
	unsigned time_limit_s;            /* 0: not given */
};

/*
 * Reads @n bytes of JSON. A value contains several settings of its option, separated by
 * ';' or newlines. Errors (status 2), after which *ret contains what was read until then,
 * and in any case strict: not JSON, not an object, annotations that are not strings, an
 * unknown annotation of our prefix, an invalid value of strict or time-limit.
 */
int vmi_read(const char *json, size_t n, struct vmi_wish *ret, struct error *error)
	_must_check_;
void vmi_wish_free(struct vmi_wish *wish);
#define _cleanup_vmi_wish_ _cleanup_(vmi_wish_free)

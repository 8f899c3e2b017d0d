/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vmi.h - what a KubeVirt VirtualMachineInstance asks of us: annotations of our own
 * prefix, one for each flag of `plan --domain` that makes sense there.
 */
#pragma once

#include "base/error.h"
#include "base/vec.h"

/* A Kubernetes annotation key is PREFIX/NAME; a prefix is a DNS name. */
#define VMI_PREFIX "virt-layout/"

struct vmi_setting {
	char *flag, *value; /* owned; "node", "vcpus=2,memory=1GiB" */
};

/* Zeroed it asks for nothing. */
struct vmi_wish {
	VEC(struct vmi_setting) settings; /* by key, then in the order of the value */
	bool strict;                      /* a VM that cannot be planned must not start */
	unsigned time_limit_s;            /* 0: not said */
};

/*
 * Reads @n bytes of JSON. A value holds several settings of its flag, with ';' or line
 * ends between them. Faults (status 2), of which *ret holds what was read until then,
 * strict in any case: not JSON, no object, annotations that are no strings, an annotation
 * of our prefix that there is not, a value that strict and time-limit do not take.
 */
int vmi_read(const char *json, size_t n, struct vmi_wish *ret, struct error *error)
	_must_check_;
void vmi_wish_free(struct vmi_wish *wish);
#define _cleanup_vmi_wish_ _cleanup_(vmi_wish_free)

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * feature-use.h - features (target.h) and attributes used by a domain that older versions
 * of libvirt or QEMU lack, each with the element that uses it. `check` compares them with
 * the target; if the target is not given, it is raised to include them.
 */
#pragma once

#include "base/xml/document.h"
#include "planner/guest/guest.h"
#include "planner/guest/target.h"

/* What an older libvirt does with a feature, and which rule reports it. */
enum feature_judge {
	USE_REFUSED,   /* it refuses the domain: feature-version */
	USE_DROPPED,   /* it drops the element or attribute: attribute-dropped */
	USE_ATTRIBUTE, /* the same; reported with the other attributes of the element */
	USE_RULE,      /* a separate rule reports it, for QEMU as well */
};

struct feature_use {
	const char *what; /* a subject: "The virtio IOMMU" */
	enum feature feature;
	/* The first element that uses it, or -1. */
	int (*find)(const struct document *document, const struct guest *guest);
	enum feature_judge judge;
};

extern const struct feature_use feature_uses[];
extern const size_t n_feature_uses;

/*
 * An attribute that libvirt knows, and the first version that knows it; 0: every
 * supported version. Lists end with a NULL name.
 */
struct known_attribute {
	const char *name;
	unsigned since;
};

/*
 * The first version of libvirt that knows an attribute of an element ("topology",
 * "iommu/driver"); 0 if all do.
 */
unsigned feature_attribute_since(const char *element, const char *name);
/*
 * Calls @visit for each attribute of cells, PCI controllers, the IOMMU and tuning that
 * some supported version of libvirt does not know. @since is the first version that knows
 * it, or 0 if none does; @known lists the attributes that the element may have.
 */
typedef void attribute_visit(void *user, int element, const char *name,
			     const struct known_attribute *known, unsigned since);
void feature_attributes(const struct document *document, const struct guest *guest,
			attribute_visit *visit, void *user);

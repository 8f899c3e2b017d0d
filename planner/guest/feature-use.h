/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * feature-use.h - what a domain uses of libvirt and QEMU that did not always exist:
 * features (target.h) and attributes, each with the element that uses it. `check`
 * compares them with the target; the target is raised to them where nothing else fixes
 * it.
 */
#pragma once

#include "base/xml/document.h"
#include "planner/guest/guest.h"
#include "planner/guest/target.h"

struct feature_use {
	const char *what; /* begins a sentence: "The virtio IOMMU" */
	enum feature feature;
	/* The first element that uses it, -1 none does. */
	int (*find)(const struct document *document, const struct guest *guest);
	bool judged_elsewhere; /* a rule of its own speaks of it */
};

extern const struct feature_use feature_uses[];
extern const size_t n_feature_uses;

/*
 * An attribute that libvirt knows, and the first version that does; 0: every version that
 * we support. Lists end with a NULL name.
 */
struct known_attribute {
	const char *name;
	unsigned since;
};

/*
 * The first libvirt that knows an attribute of an element, "topology" or "iommu/driver";
 * 0 if every one does.
 */
unsigned feature_attribute_since(const char *element, const char *name);
/*
 * Calls @visit for each attribute of cells, PCI controllers, the IOMMU and tuning that is
 * not known to every libvirt that we support. @since is the version that has it, or 0 for
 * one that none has; @known is the list of those that the element may have.
 */
typedef void attribute_visit(void *user, int element, const char *name,
			     const struct known_attribute *known, unsigned since);
void feature_attributes(const struct document *document, const struct guest *guest,
			attribute_visit *visit, void *user);

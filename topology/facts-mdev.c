/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Mediated devices: their parent and, for vfio-ap, the queues they contain. Linux
 * Documentation/driver-api/vfio-mediated-device.rst, Documentation/arch/s390/vfio-ap.rst.
 */
#include "topology/facts-parts.h"

/* The last but one component of the path that the link points to. */
static char *parent_name(char *path)
{
	char *slash = path ? strrchr(path, '/') : NULL;

	if (!slash)
		return NULL;
	*slash = '\0';
	slash = strrchr(path, '/');
	return xstrdup(slash ? slash + 1 : path);
}

static void add_mdev(struct facts *facts, const char *uuid)
{
	_cleanup_free_ char *link = xasprintf("bus/mdev/devices/%s", uuid);
	_cleanup_free_ char *path = tree_link_path(&facts->sys, link);
	_cleanup_free_ char *parent = xasprintf("mdev.%s.parent", uuid);
	_cleanup_free_ char *matrix = xasprintf("mdev.%s.matrix", uuid);
	_cleanup_free_ char *file = xasprintf("%s/matrix", path ? path : link);
	_cleanup_free_ char *queues = tree_text(&facts->sys, file);

	facts_take(facts, parent, parent_name(path), "the kernel does not report it");
	if (queues)
		facts_take(facts, matrix, TAKE(queues), NULL);
}

void facts_mdev(struct facts *facts)
{
	_cleanup_names_ struct tree_names names = {};

	tree_list(&facts->sys, "bus/mdev/devices", &names);
	for (size_t i = 0; i < names.n; i++)
		add_mdev(facts, names.v[i]);
}

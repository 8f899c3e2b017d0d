/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/library.h"

#include "base/error.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

void *library_function(const char *soname, const char *name)
{
	/* Global as if linked: plugins of hwloc look for it there. Loaded, it is found
	 * again. */
	void *library = dlopen(soname, RTLD_LAZY | RTLD_GLOBAL);
	void *function = library ? dlsym(library, name) : NULL;

	if (function)
		return function;
	fprintf(stderr, "virt-layout: %s\n", dlerror());
	exit(STATUS_SYSTEM);
}

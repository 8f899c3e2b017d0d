/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/library.h"

#include "base/mem.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

static int fill(struct library *library, struct error *error)
{
	/*
	 * Lazy, because libxml2 alone has thousands of functions that are never called.
	 */
	void *handle = dlopen(library->soname, RTLD_LAZY | RTLD_LOCAL);

	if (!handle)
		return error_system(error, 0, "%s needs %s, which cannot be loaded: %s",
				    library->need, library->soname, dlerror());
	for (const struct library_function *it = library->functions; it->name; it++) {
		void *address = dlsym(handle, it->name);

		if (!address)
			return error_system(error, 0,
					    "%s needs %s, which lacks the function %s",
					    library->need, library->soname, it->name);
		memcpy(it->to, &address, sizeof(address));
	}
	return 0;
}

int library_load(struct library *library, struct error *error)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	int rc = 0;

	if (__atomic_load_n(&library->loaded, __ATOMIC_ACQUIRE))
		return 0;
	pthread_mutex_lock(&lock);
	if (!library->loaded)
		rc = fill(library, error);
	if (rc == 0)
		__atomic_store_n(&library->loaded, true, __ATOMIC_RELEASE);
	pthread_mutex_unlock(&lock);
	return rc;
}

bool library_exists(const char *soname)
{
	void *program = dlopen(NULL, RTLD_LAZY);
	_cleanup_free_ Dl_serinfo *places = NULL;
	Dl_serinfo size;
	bool found = false;

	if (program && dlinfo(program, RTLD_DI_SERINFOSIZE, &size) == 0) {
		places = xcalloc(size.dls_size, 1);
		*places = size;
		if (dlinfo(program, RTLD_DI_SERINFO, places) < 0)
			places->dls_cnt = 0;
	}
	for (unsigned i = 0; places && i < places->dls_cnt && !found; i++) {
		_cleanup_free_ char *path =
			xasprintf("%s/%s", places->dls_serpath[i].dls_name, soname);

		found = access(path, R_OK) == 0;
	}
	if (program)
		dlclose(program);
	return found;
}

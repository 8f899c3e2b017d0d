/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Orders that QEMU 11.1 had, and what the GLib of this system says. */
#include "tests/unit/test.h"

#include "base/text.h"
#include "base/vec.h"
#include "planner/guest/predict/hash-order.h"

#include <dlfcn.h>

/* The libvirt of Debian 13's backports, 16 initiators; qom-list of /objects, from its
 * end. */
static void qemu(void **state)
{
	static const char *const keys[] = {"masterKey0", "monitor", "gi0",      "gi1",
					   "gi2",        "gi3",     "gi4",      "gi5",
					   "gi6",        "gi7",     "gi8",      "gi9",
					   "gi10",       "gi11",    "gi12",     "gi13",
					   "gi14",       "gi15",    "ram-node0"};
	static const char *const expected[] = {"masterKey0", "gi9",  "gi12", "ram-node0",
					       "gi15",       "gi1",  "gi4",  "monitor",
					       "gi7",        "gi10", "gi13", "gi2",
					       "gi5",        "gi8",  "gi11", "gi14",
					       "gi0",        "gi3",  "gi6"};
	size_t order[ARRAY_SIZE(keys)];

	(void)state;
	hash_order(keys, ARRAY_SIZE(keys), order);
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		assert_string_equal(keys[order[i]], expected[i]);
}

struct glib {
	void *library;
	void *(*new_table)(void *hash, void *equal);
	int (*insert)(void *table, const char *key, const char *value);
	const char **(*keys)(void *table, unsigned *n);
	void (*unref)(void *table);
	void (*release)(void *block);
};

static bool open_glib(struct glib *ret)
{
	ret->library = dlopen("libglib-2.0.so.0", RTLD_NOW);
	if (!ret->library)
		return false;
	ret->new_table = dlsym(ret->library, "g_hash_table_new");
	ret->insert = dlsym(ret->library, "g_hash_table_insert");
	ret->keys = dlsym(ret->library, "g_hash_table_get_keys_as_array");
	ret->unref = dlsym(ret->library, "g_hash_table_unref");
	ret->release = dlsym(ret->library, "g_free");
	return ret->new_table && ret->insert && ret->keys && ret->unref && ret->release;
}

static void compare(const struct glib *glib, const char *const *keys, size_t n)
{
	void *table = glib->new_table(dlsym(glib->library, "g_str_hash"),
				      dlsym(glib->library, "g_str_equal"));
	size_t *order = xcalloc(n, sizeof(*order));
	const char **listed;
	unsigned count;

	for (size_t i = 0; i < n; i++)
		glib->insert(table, keys[i], keys[i]);
	hash_order(keys, n, order);
	listed = glib->keys(table, &count);
	assert_int_equal(count, n);
	for (size_t i = 0; i < n; i++)
		assert_string_equal(keys[order[i]], listed[i]);
	free(order);
	glib->release(listed);
	glib->unref(table);
}

/* Tables of every size up to 300, with different names in each round. */
static void glib_agrees(void **state)
{
	static const char *const names[] = {"gi", "ram-node", "iothread", "objrng",
					    "a.b-"};
	struct glib glib = {};
	VEC(char *) keys = {};

	(void)state;
	if (!open_glib(&glib))
		skip();
	for (unsigned round = 0; round < 4; round++) {
		for (unsigned n = 0; n < 300; n++) {
			*vec_add(&keys) =
				xasprintf("%s%u",
					  names[(n * 7 + round) % ARRAY_SIZE(names)],
					  n * (round + 1));
			compare(&glib, (const char *const *)keys.v, keys.n);
		}
		for (size_t i = 0; i < keys.n; i++)
			free(keys.v[i]);
		keys.n = 0;
	}
	vec_free(&keys);
	dlclose(glib.library);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(qemu),
					   cmocka_unit_test(glib_agrees)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

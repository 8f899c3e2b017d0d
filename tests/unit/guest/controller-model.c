/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The table of controller models: each appears once, and rows are consistent. Called with
 * libvirt's domaincommon.rng (tests/oracle), it also compares the names with the schema,
 * which has every model and every device.
 */
#include "tests/unit/test.h"

#include "base/file.h"
#include "planner/guest/controller-model.h"
#include "topology/machine.h"

static const char *schema;

static void each_model_once(void **state)
{
	(void)state;
	assert_int_equal(n_controller_rows, CONTROLLER_PCIE_BRIDGE + 1);
	assert_int_equal(controller_model_named(NULL), CONTROLLER_NONE);
	assert_int_equal(controller_model_named("pcie-root-bus"), CONTROLLER_NONE);
	assert_int_equal(controller_model_of_device("vfio-pci"), CONTROLLER_NONE);
	for (size_t i = 1; i < n_controller_rows; i++) {
		const struct controller_row *row = &controller_rows[i];

		assert_int_equal(controller_model_named(row->name), i);
		for (size_t j = 0; j < ARRAY_SIZE(row->devices); j++)
			if (row->devices[j].name)
				assert_int_equal(controller_model_of_device(
							 row->devices[j].name),
						 i);
	}
}

static void rows_agree(void **state)
{
	(void)state;
	for (unsigned i = 1; i < n_controller_rows; i++) {
		const struct controller_row *row = &controller_rows[i];
		unsigned takers = 0;

		/* A root of the machine is not a device and is not on a bus. */
		assert_int_equal(row->role == ROLE_ROOT, row->needs == 0);
		assert_int_equal(row->role == ROLE_ROOT, !row->devices[0].name);
		assert_int_equal(controller_is_root(i), !controller_is_bridge(i));
		assert_true(row->takes & TAKES_ANY);
		assert_true(row->first_slot <= row->last_slot);
		assert_true(row->last_slot < PCI_SLOTS);
		if (row->role == ROLE_PORT)
			assert_int_equal(row->last_slot, 0);
		if (controller_is_bridge(i))
			assert_int_equal(row->class_code >> 8, 0x0604);
		/* Something accepts it. */
		for (size_t j = 1; j < n_controller_rows; j++)
			takers +=
				(controller_rows[j].takes & row->needs & TAKES_ANY) != 0;
		assert_int_equal(takers > 0, row->needs != 0);
	}
}

static void of_a_controller(void **state)
{
	struct guest_controller c = {.type = (char[]){"pci"},
				     .model = (char[]){"pcie-root-port"}};

	(void)state;
	assert_int_equal(controller_model_of(&c), CONTROLLER_ROOT_PORT);
	assert_string_equal(controller_device_of(&c)->name, "pcie-root-port");
	assert_true(controller_device_of(&c)->acs);
	assert_true(guest_is_port(&c) && !guest_is_expander(&c));
	c.model_name = (char[]){"ioh3420"};
	assert_int_equal(controller_device_of(&c)->device, 0x3420);
	assert_false(controller_device_of(&c)->acs);
	c.model_name = (char[]){"pxb-pcie"};
	assert_null(controller_device_of(&c));
	c.type = (char[]){"usb"};
	assert_int_equal(controller_model_of(&c), CONTROLLER_NONE);
	assert_null(controller_device_of(&c));
	c = (struct guest_controller){.type = (char[]){"pci"}};
	assert_int_equal(controller_model_of(&c), CONTROLLER_NONE);
	assert_false(guest_is_port(NULL) || guest_is_expander(NULL));
}

/* Calls @say with each <value> of the <choice> of the schema that has @member. */
static unsigned each_choice(const char *text, const char *member,
			    bool (*known)(const char *value))
{
	_cleanup_free_ char *value = xasprintf("<value>%s</value>", member);
	const char *at = strstr(text, value), *end;
	unsigned count = 0;

	assert_non_null(at);
	end = strstr(at, "</choice>");
	assert_non_null(end);
	while (strncmp(at, "<choice>", strlen("<choice>")) != 0)
		at--;
	while ((at = strstr(at, "<value>")) && at < end) {
		const char *from = at + strlen("<value>"), *to = strchr(from, '<');
		_cleanup_free_ char *word = xstrndup(from, (size_t)(to - from));

		if (!known(word))
			fail_msg("no row has %s", word);
		count++;
		at = to;
	}
	return count;
}

static bool is_model(const char *value)
{
	return controller_model_named(value) != CONTROLLER_NONE;
}

static bool is_device(const char *value)
{
	/*
	 * pseries is not supported by plan, and its root is not a separate device
	 * elsewhere.
	 */
	return streq(value, "spapr-pci-host-bridge") ||
	       controller_model_of_device(value) != CONTROLLER_NONE;
}

static void names_of_libvirt(void **state)
{
	_cleanup_text_ struct text text = {};
	_cleanup_error_ struct error error = {};
	unsigned devices = 0;

	(void)state;
	if (!schema)
		return;
	if (file_read(schema, FILE_LIMIT, &text, &error) < 0)
		fail_msg("%s", error.message);
	for (size_t i = 1; i < n_controller_rows; i++)
		for (size_t j = 0; j < ARRAY_SIZE(controller_rows[i].devices); j++)
			devices += controller_rows[i].devices[j].name != NULL;
	assert_int_equal(each_choice(text.s, "pcie-root", is_model) +
				 each_choice(text.s, "dmi-to-pci-bridge", is_model),
			 n_controller_rows - 1);
	assert_int_equal(each_choice(text.s, "i82801b11-bridge", is_device), devices + 1);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_model_once),
		cmocka_unit_test(rows_agree),
		cmocka_unit_test(of_a_controller),
		cmocka_unit_test(names_of_libvirt),
	};

	schema = argc > 1 ? argv[1] : NULL;
	return RUN_TESTS(tests);
}

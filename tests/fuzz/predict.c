/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the guest of any domain will see, even if libvirt refuses it: the machine is
 * consistent, does not differ from itself, is the same when predicted again, and can be
 * shown as by `plan --predict`.
 */
#include "tests/fuzz/machine-fuzz.h"

#include "planner/guest/read.h"
#include "planner/guest/predict/predict.h"
#include "planner/guest/predict/show.h"

static int predict_bytes(const char *bytes, size_t n, struct machine *ret,
			 struct text *ret_shown)
{
	_cleanup_document_ struct document document = {};
	_cleanup_error_ struct error error = {};
	_cleanup_guest_ struct guest guest = {};

	guest_init(&guest);
	if (document_parse("fuzz", bytes, n, &document, &error) < 0 ||
	    guest_read(&document, &guest, &error) < 0)
		return -1;
	predict_any(&guest, TARGET_DEFAULT.libvirt, ret);
	predict_host_devices(&guest, ret, ret);
	text_add_prediction(ret_shown, &guest, ret);
	return 0;
}

/* A bridge shows its parent's buses instead of its own. */
static void spoil(struct machine *machine)
{
	for (size_t i = 0; i < machine->functions.n; i++) {
		struct machine_function *function = &machine->functions.v[i];

		if (function->bridge && function->upstream >= 0)
			function->secondary =
				machine->functions.v[function->upstream].secondary;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	_cleanup_machine_ struct machine machine = {}, again = {};
	_cleanup_text_ struct text shown = {}, shown_again = {}, why = {};

	if (predict_bytes((const char *)data, n, &machine, &shown) < 0)
		return 0;
	CHECK(predict_bytes((const char *)data, n, &again, &shown_again) == 0);
	if (IS_PLANTED && machine.complaints.n > 0)
		spoil(&again);
	CHECK(machine_equal(&machine, &again, &why) && streq(shown.s, shown_again.s));
	check_machine(&machine);
	check_places(&machine);
	check_compare(&machine);
	check_json(&machine);
	return 0;
}

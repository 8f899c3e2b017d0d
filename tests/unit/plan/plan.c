/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * For random requests: planning twice gives the same plan; it is read without complaints,
 * predicts the requested machine, and editing it into itself makes no edit. Planning the
 * same request in the planned domain changes nothing.
 */
#include "tests/unit/test.h"

#include "planner/plan/expect.h"
#include "planner/guest/edit.h"
#include "planner/guest/read.h"
#include "planner/plan/in-place/in-place.h"
#include "planner/plan/plan.h"
#include "planner/guest/predict/predict.h"
#include "topology/compare.h"
#include "tests/dice.h"

static struct dice dice;

static int add_nodes(struct request *request, struct error *error)
{
	unsigned nodes = 1 + roll_small(&dice, roll_small(&dice, 5) ? 4 : 12);

	for (unsigned i = 0; i < nodes; i++) {
		_cleanup_free_ char *words = xasprintf("vcpus=%u,memory=%uMiB",
						       i > 0 && !roll_small(&dice, 5)
							       ? 0
							       : 1 + roll_small(&dice, 9),
						       64 * (1 + roll_small(&dice, 64)));

		if (request_add_node(request, words, error) < 0)
			return -1;
	}
	return 0;
}

static int add_devices(struct request *request, struct error *error)
{
	static const char *const kinds[] = {"e1000e",     "virtio-net", "virtio-scsi",
					    "virtio-rng", "vmxnet3",    "igb",
					    "qemu-xhci",  "virtio-gpu"};

	for (unsigned i = roll_small(&dice, 6); i > 0; i--) {
		_cleanup_free_ char *words =
			roll_small(&dice, 2)
				? xasprintf("%s,per-node=%u", kinds[roll_small(&dice, 8)],
					    roll_small(&dice, 5))
				: xasprintf("%s,node=%u,count=%u",
					    kinds[roll_small(&dice, 8)],
					    roll_small(&dice, (unsigned)request->nodes.n),
					    roll_small(&dice, 9));

		if (request_add_device(request, words, error) < 0)
			return -1;
	}
	return 0;
}

static int random_request(struct request *request, struct error *error)
{
	request_begin(request);
	request->target = (struct target){VERSION_OF(11, 3), VERSION_OF(10, 0)};
	request->firmware = roll_small(&dice, 3) ? FIRMWARE_BIOS : FIRMWARE_EFI;
	if (roll_small(&dice, 3) == 0)
		request->spare_ports = (int)roll_small(&dice, 4);
	if (roll_small(&dice, 3) == 0)
		request->general_ports = (int)roll_small(&dice, 20);
	if (roll_small(&dice, 4) == 0)
		request->iommu = xstrdup(roll_small(&dice, 2) ? "none" : "virtio");
	if (add_nodes(request, error) < 0 || add_devices(request, error) < 0)
		return -1;
	return request_finish(request, error);
}

/* Linux numbers cells without CPUs after those with CPUs (predict_renumber). */
static int kernel_node(const struct request *request, int cell)
{
	bool without = cell >= 0 && request->nodes.v[cell].vcpus == 0;
	int number = 0;

	for (int i = 0; i < (int)request->nodes.n; i++) {
		bool is_without = request->nodes.v[i].vcpus == 0;

		number += is_without == without ? i < cell : without;
	}
	return cell < 0 ? cell : number;
}

/* Every planned device is where the plan says, on the requested node. */
static void assert_devices(const struct request *request, const struct plan *plan,
			   const struct machine *machine)
{
	assert_int_equal(plan->devices.n, request->devices.n);
	for (size_t i = 0; i < plan->devices.n; i++) {
		const struct plan_device *device = &plan->devices.v[i];
		const struct machine_function *function =
			machine_function(machine, device->guest_at);

		assert_non_null(function);
		assert_int_equal(function->vendor, device->kind->vendor);
		assert_int_equal(function->device, device->kind->device);
		assert_int_equal(function->affinity.node,
				 kernel_node(request,
					     request->devices.v[device->wanted].cell));
	}
}

static void assert_reads_back(const struct plan *plan, const struct text *xml)
{
	_cleanup_document_ struct document document = {};
	_cleanup_machine_ struct machine before = {}, after = {};
	_cleanup_guest_ struct guest guest = {};
	_cleanup_error_ struct error error = {};
	_cleanup_text_ struct text why = {};
	struct edits edits = {.document = &document};

	assert_int_equal(document_parse("plan", xml->s, xml->n, &document, &error), 0);
	assert_int_equal(guest_read(&document, &guest, &error), 0);
	assert_int_equal(guest.complaints.n, 0);
	predict(&plan->guest, &before);
	predict(&guest, &after);
	if (!machine_equal(&before, &after, &why))
		fail_msg("%s", why.s);
	assert_int_equal(after.complaints.n, 0);
	guest_edit(&guest, &guest, &edits);
	assert_int_equal(edits.list.n, 0);
	edits_free(&edits);
}

static void ignore_for_expect(struct machine *machine)
{
	/* What the file does not contain because compare does not look at it. */
	for (size_t i = 0; i < machine->functions.n; i++) {
		machine->functions.v[i].acs = KNOWN_UNKNOWN;
		machine->functions.v[i].peer = (struct machine_peer){};
		machine->functions.v[i].affinity.source = AFFINITY_FROM_SYSFS;
	}
	for (size_t i = 0; i < machine->roots.n; i++)
		machine_affinity_forget(&machine->roots.v[i].affinity);
}

static void assert_expect(const struct request *request, const struct plan *plan)
{
	_cleanup_machine_ struct machine before = {}, after = {};
	_cleanup_text_ struct text json = {}, why = {};
	_cleanup_error_ struct error error = {};

	predict(&plan->guest, &before);
	text_add_expect(&json, &before, request,
			&(struct target_settled){request->target}, plan);
	assert_true(expect_looks_like(json.s, json.n));
	assert_int_equal(expect_read("expect", json.s, json.n, &after, &error), 0);
	ignore_for_expect(&before);
	ignore_for_expect(&after);
	if (!machine_equal(&before, &after, &why))
		fail_msg("%s", why.s);
}

static bool plan_once(const struct request *request, struct plan *plan, struct text *xml)
{
	_cleanup_error_ struct error error = {};

	if (plan_fresh(request, plan, xml, &error) == 0)
		return true;
	assert_int_equal(error.status, STATUS_INPUT);
	assert_non_null(error.message);
	return false;
}

static void random_requests(void **state)
{
	unsigned planned = 0, refused = 0;

	(void)state;
	dice.state = 42;
	for (unsigned round = 0; round < 2000; round++) {
		_cleanup_request_ struct request request = {};
		_cleanup_plan_ struct plan plan = {}, again = {};
		_cleanup_text_ struct text xml = {}, twice = {};
		_cleanup_machine_ struct machine machine = {};
		_cleanup_error_ struct error error = {};

		if (random_request(&request, &error) < 0 ||
		    !plan_once(&request, &plan, &xml)) {
			refused++;
			continue;
		}
		assert_true(plan_once(&request, &again, &twice));
		assert_string_equal(xml.s, twice.s);
		predict(&plan.guest, &machine);
		assert_devices(&request, &plan, &machine);
		assert_reads_back(&plan, &xml);
		assert_expect(&request, &plan);
		planned++;
	}
	assert_true(planned > 1500);
	assert_true(refused > 20);
	print_message("%u planned, %u refused\n", planned, refused);
}

/* Puts devices below root complexes of their node, in order, like a mirrored host. */
static void add_roots(struct request *request, size_t from)
{
	for (size_t i = from; i < request->devices.n; i++) {
		struct request_device *device = &request->devices.v[i];
		int root = -1;

		for (size_t j = 0; j < request->roots.n; j++)
			if (request->roots.v[j].cell == device->cell)
				root = (int)j;
		if (root < 0 || roll_small(&dice, 3) == 0) {
			root = (int)request->roots.n;
			vec_add(&request->roots)->cell = device->cell;
		}
		device->root = root;
	}
}

/* The same for a fresh domain and for one that exists. */
static int request_with_roots(struct request *request, struct error *error)
{
	request->target = (struct target){VERSION_OF(11, 3), VERSION_OF(10, 0)};
	request->per = roll_small(&dice, 2) ? PER_NODE : PER_ROOT_COMPLEX;
	if (roll_small(&dice, 3) == 0)
		request->spare_ports = (int)roll_small(&dice, 4);
	if (roll_small(&dice, 3) == 0)
		request->general_ports = (int)roll_small(&dice, 20);
	if (roll_small(&dice, 4) == 0)
		request->iommu = xstrdup(roll_small(&dice, 2) ? "none" : "virtio");
	if (add_nodes(request, error) < 0)
		return -1;
	for (unsigned i = roll_small(&dice, 6); i > 0; i--) {
		size_t from = request->devices.n;
		_cleanup_free_ char *words =
			xasprintf("%s,node=%u,count=%u",
				  roll_small(&dice, 2) ? "virtio-net" : "virtio-rng",
				  roll_small(&dice, (unsigned)request->nodes.n),
				  roll_small(&dice, 4));

		if (request_add_device(request, words, error) < 0)
			return -1;
		if (request->per == PER_ROOT_COMPLEX && roll_small(&dice, 2))
			add_roots(request, from);
	}
	return 0;
}

static void planned_again(void **state)
{
	unsigned planned = 0;

	(void)state;
	for (unsigned round = 0; round < 400; round++) {
		_cleanup_request_ struct request first = {}, second = {};
		_cleanup_text_ struct text xml = {}, again = {};
		_cleanup_document_ struct document document = {};
		_cleanup_plan_ struct plan plan = {};
		_cleanup_error_ struct error error = {};

		dice.state = round;
		request_begin(&first);
		if (request_with_roots(&first, &error) < 0 ||
		    request_finish(&first, &error) < 0 || !plan_once(&first, &plan, &xml))
			continue;
		dice.state = round;
		request_begin_in_place(&second);
		assert_int_equal(request_with_roots(&second, &error), 0);
		assert_int_equal(document_parse("plan", xml.s, xml.n, &document, &error),
				 0);
		if (plan_in_place(&document, &second, NULL, &again, &error) < 0)
			fail_msg("round %u: %s", round, error.message);
		if (!streq(xml.s, again.s))
			fail_msg("round %u: planning again is not the same", round);
		planned++;
	}
	assert_true(planned > 300);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_requests),
		cmocka_unit_test(planned_again),
	};

	return RUN_TESTS(tests);
}

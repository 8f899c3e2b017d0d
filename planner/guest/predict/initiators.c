/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * initiators.c - generic initiators in the order of QEMU's SRAT, which numbers their
 * nodes.
 *
 * QEMU writes them as it finds them in the table of its objects (hw/acpi/pci.c), so the
 * order follows from the names of all objects. libvirt 12.9 numbers the initiators of
 * host devices (gi0, gi1, ...) and adds the objects that are listed here; measured with
 * QEMU 11.1, whose monitor is an object too. That interfaces come first follows from
 * libvirt's parser (src/conf/domain_conf.c), which lists their host devices first.
 */
#include "planner/guest/machine-type.h"
#include "planner/guest/predict/hash-order.h"
#include "planner/guest/predict/predict.h"

struct object {
	char *name; /* owned; QEMU has no two of the same name */
	int cell;   /* of an initiator; -1 */
};

struct objects {
	VEC(struct object) list;
	unsigned initiators; /* that libvirt has named */
	bool complete;       /* nothing is missing */
};

static void add_object(struct objects *objects, char *name, int cell)
{
	*vec_add(&objects->list) = (struct object){name, cell};
}

static void free_objects(struct objects *objects)
{
	for (size_t i = 0; i < objects->list.n; i++)
		free(objects->list.v[i].name);
	vec_free(&objects->list);
}

static bool is_cell(const struct guest *guest, uint64_t number)
{
	return predict_sees_nodes(guest) && number < guest->cells.n;
}

/* <acpi nodeset=>; libvirt ignores it in devices that are not the host's. */
static void add_hostdevs(const struct guest *guest, const char *tag,
			 struct objects *objects)
{
	for (size_t i = 0; i < guest->devices.n; i++) {
		const struct guest_device *device = &guest->devices.v[i];

		if (device->initiator.state != VALUE_VALID ||
		    !guest_takes_initiator(device) || !streq(device->tag, tag))
			continue;
		set_foreach (cell, &device->initiator.set)
			add_object(objects, xasprintf("gi%u", objects->initiators++),
				   is_cell(guest, (uint64_t)cell) ? cell : -1);
	}
}

static void add_all_hostdevs(const struct guest *guest, struct objects *objects)
{
	add_hostdevs(guest, "interface", objects);
	add_hostdevs(guest, "hostdev", objects);
}

/* Whether an argument that is not understood adds no object. */
static bool adds_none(const char *text)
{
	static const char *const options[] = {"-boot",   "-cpu",       "-d",
					      "-device", "-fw_cfg",    "-global",
					      "-qtest",  "-qtest-log", "-set",
					      "-smbios", "-trace"};
	size_t n = strcspn(text, " ");

	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		if (strlen(options[i]) == n && strncmp(options[i], text, n) == 0)
			return true;
	return text[0] != '-'; /* a property */
}

static void add_additions(const struct guest *guest, struct objects *objects)
{
	const struct commandline *commandline = &guest->commandline;

	for (size_t i = 0; i < commandline->additions.n; i++) {
		const struct addition *addition = &commandline->additions.v[i];
		const struct addition_value *node = addition_value(addition, "node");
		const char *id = addition_text(addition, "id");

		if (addition->kind != ADDITION_INITIATOR)
			continue;
		if (!addition->complete || !node || !id)
			objects->complete = false;
		else
			add_object(objects, xstrdup(id),
				   is_cell(guest, node->number) ? (int)node->number : -1);
	}
	for (size_t i = 0; i < commandline->unknown.n; i++)
		objects->complete &= adds_none(commandline->unknown.v[i].text);
}

/* Elements for which libvirt adds objects that are not listed, or may do so. */
static bool has_others(const struct document *document)
{
	static const char *const names[] = {
		"auth",           "cookies",    "crypto",      "defaultiothread",
		"encryption",     "filesystem", "iothreadids", "launchSecurity",
		"reservations",   "shmem",      "ssl",         "throttlefilters",
		"throttlegroups",
	};

	for (size_t i = 0; document && i < document->elements.n; i++) {
		const char *name = document_element_name(document, (int)i);
		const char *tls = document_attribute(document, (int)i, "tls");

		if (tls && !streq(tls, "no"))
			return true;
		for (size_t k = 0; k < ARRAY_SIZE(names); k++)
			if (streq(names[k], name))
				return true;
	}
	return false;
}

/* QEMU creates them in this order (system/vl.c, object_create_early). */
static void list_objects(const struct guest *guest, bool monitor, struct objects *ret)
{
	const struct document *document = guest->document;
	unsigned generators = 0;
	bool iommufd = false;

	ret->complete = !has_others(document);
	add_object(ret, xstrdup("masterKey0"), -1);
	for (uint64_t i = 1; guest->iothreads.state == VALUE_VALID &&
			     i <= MIN(guest->iothreads.value, (uint64_t)4096);
	     i++)
		add_object(ret, xasprintf("iothread%ju", (uintmax_t)i), -1);
	if (monitor)
		add_object(ret, xstrdup("monitor"), -1);
	for (size_t i = 0; i < guest->devices.n; i++)
		iommufd |= guest_takes_initiator(&guest->devices.v[i]) &&
			   guest_uses_iommufd(guest, &guest->devices.v[i]);
	if (iommufd)
		add_object(ret, xstrdup("iommufd0"), -1);
	add_all_hostdevs(guest, ret);
	for (size_t i = 0; i < guest->devices.n; i++) {
		const struct guest_device *device = &guest->devices.v[i];

		if (streq(device->tag, "rng"))
			add_object(ret, xasprintf("objrng%u", generators++), -1);
		ret->complete &= !streq(device->tag, "memory") &&
				 !(streq(device->tag, "rng") &&
				   streq_null(device->backend, "egd")) &&
				 !(streq(device->tag, "input") &&
				   streq_null(device->type, "evdev"));
	}
	add_additions(guest, ret);
	for (size_t i = 0; i < guest->cells.n; i++)
		if (!number_is(guest->cells.v[i].memory_bytes, 0))
			add_object(ret, xasprintf("ram-node%zu", i), -1);
}

static void take_cells(const struct objects *objects, struct predict_cells *ret)
{
	vec_strings names = {};
	size_t *order = xcalloc(objects->list.n, sizeof(*order));

	for (size_t i = 0; i < objects->list.n; i++) {
		*vec_add(&names) = objects->list.v[i].name;
		order[i] = i;
	}
	if (objects->complete)
		hash_order(names.v, names.n, order);
	for (size_t i = 0; i < objects->list.n; i++)
		if (objects->list.v[order[i]].cell >= 0)
			*vec_add(&ret->cells) = objects->list.v[order[i]].cell;
	ret->ordered = objects->complete || ret->cells.n < 2;
	vec_free(&names);
	free(order);
}

static void predict_with(const struct guest *guest, bool monitor,
			 struct predict_cells *ret)
{
	struct objects objects = {};

	list_objects(guest, monitor, &objects);
	take_cells(&objects, ret);
	free_objects(&objects);
}

/* The initiators as in the domain: without the other objects, which take longer to list.
 */
static void predict_unordered(const struct guest *guest, struct predict_cells *ret)
{
	struct objects objects = {};

	add_all_hostdevs(guest, &objects);
	add_additions(guest, &objects);
	take_cells(&objects, ret);
	free_objects(&objects);
}

/* Where the QEMU is not known, both must agree. */
void predict_initiators(const struct guest *guest, struct predict_cells *ret)
{
	struct predict_cells without = {};

	predict_unordered(guest, ret);
	if (ret->ordered)
		return;
	vec_free(&ret->cells);
	predict_with(guest, true, ret);
	if (!guest->machine || machine_type_qemu(guest->machine) < VERSION_OF(11, 1)) {
		predict_with(guest, false, &without);
		ret->ordered &= ret->cells.n == 0 ||
				memcmp(ret->cells.v, without.cells.v,
				       ret->cells.n * sizeof(*ret->cells.v)) == 0;
		vec_free(&without.cells);
	}
}

static void mark_node(struct machine_node *node, struct pci_address at)
{
	struct machine_initiator *row;

	if (!set_empty(&node->cpus))
		return;
	if (!node->kind)
		node->kind = xstrdup("generic-initiator");
	row = vec_add(&node->initiators);
	row->at = at;
}

void predict_initiator_nodes(const struct guest_tree *tree, struct machine *machine)
{
	const struct guest *guest = tree->guest;

	for (size_t i = 0; predict_sees_nodes(guest) && i < guest->devices.n; i++) {
		const struct guest_device *device = &guest->devices.v[i];
		struct pci_address at = device->address.at;

		if (!guest_takes_initiator(device) ||
		    device->initiator.state != VALUE_VALID ||
		    !guest_address_on_pci(&device->address) ||
		    tree->bus[at.bus].number < 0)
			continue;
		at.bus = (uint8_t)tree->bus[at.bus].number;
		for (size_t n = 0; n < machine->nodes.n; n++)
			if (set_has(&device->initiator.set,
				    (unsigned)machine->nodes.v[n].id))
				mark_node(&machine->nodes.v[n], at);
	}
}

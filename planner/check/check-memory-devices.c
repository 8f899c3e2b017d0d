/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * check-memory-devices.c - what one <memory> device must be: model, node, sizes, source.
 * Sources: libvirt 9.0 src/conf/domain_validate.c, virDomainMemoryDefValidate; QEMU 7.2
 * hw/virtio/virtio-mem.c. Every verdict was measured with libvirt 9.0, 11.3 and 12.9.
 */
#include "planner/check/demand.h"
#include "planner/check/host.h"

#include "planner/guest/each-device.h"
#include "planner/guest/memory.h"

#define KIB(bytes)  ULL((bytes) / 1024)
#define LABEL_BYTES (UINT64_C(128) << 10)
/* The least page of any architecture. */
#define PAGE_BYTES (UINT64_C(4) << 10)

static bool is_model(const struct guest_device *device, const char *model)
{
	return streq_null(device->model, model);
}

/* A domain without cells gets one, and its devices are on it. */
static void judge_node(struct check *check, const struct guest_device *device)
{
	uint64_t cells = MAX(check->guest->cells.n, (size_t)1);

	if (is_model(device, "virtio-pmem")) {
		if (device->node.state == VALUE_VALID)
			check_found(
				check, check_part(check, device->element, "target/node"),
				"A virtio-pmem device has a <node>, but cannot be on one.");
	} else if (device->node.state == VALUE_VALID && device->node.value >= cells) {
		check_found(
			check, check_part(check, device->element, "target/node"),
			"A memory device is on node %llu, but the cells are 0 to %llu.",
			ULL(device->node.value), ULL(cells - 1));
	} else if (device->node.state == VALUE_ABSENT && check->guest->cells.n > 0 &&
		   (guest_needs_slot(device) || is_model(device, "virtio-mem"))) {
		check_found(check, device->element,
			    "A memory device of model %s has no <node>.", device->model);
	}
}

static void memory_model(struct check *check)
{
	static const char *const models[] = {"dimm", "nvdimm", "virtio-mem",
					     "virtio-pmem", "sgx-epc"};

	foreach_memory(device, check->guest)
	{
		bool known = false;

		for (size_t i = 0; i < ARRAY_SIZE(models); i++)
			known |= is_model(device, models[i]);
		if (!device->model)
			check_found(check, device->element,
				    "A memory device has no model.");
		else if (!known)
			check_found(check, device->element,
				    "There is no memory device of model %s.",
				    device->model);
		else if (is_model(device, "sgx-epc") &&
			 streq_null(check->guest->type, "qemu"))
			check_found(
				check, device->element,
				"Memory of model sgx-epc needs KVM, but the domain has type qemu.");
	}
}

static void memory_pmem_machine(struct check *check)
{
	const char *architecture = check->guest->architecture;

	if (!streq_null(architecture, "aarch64") && !streq_null(architecture, "armv7l"))
		return;
	foreach_memory(device, check->guest)
	{
		if (is_model(device, "virtio-pmem"))
			check_found(
				check, device->element,
				"A memory device has the model virtio-pmem, which QEMU does not have for %s.",
				architecture);
	}
}

static void memory_node(struct check *check)
{
	foreach_memory(device, check->guest) judge_node(check, device);
}

static void judge_block(struct check *check, const struct guest_device *device)
{
	uint64_t block = device->block_bytes.value;
	uint64_t asked = device->requested_bytes.value;

	if (device->block_bytes.state == VALUE_MALFORMED ||
	    device->requested_bytes.state == VALUE_MALFORMED ||
	    device->size_bytes.state != VALUE_VALID)
		return;
	if (block == 0)
		check_found(check, device->element,
			    "A virtio-mem device has no <block>.");
	else if ((block & (block - 1)) != 0)
		check_found(check, check_part(check, device->element, "target/block"),
			    "The block of %llu KiB is not a power of two.", KIB(block));
	else if (block < MEMORY_GRANULE_BYTES)
		check_found(check, check_part(check, device->element, "target/block"),
			    "The block is %llu KiB, but must be at least %llu KiB.",
			    KIB(block), KIB(MEMORY_GRANULE_BYTES));
	else if (asked > device->size_bytes.value)
		check_found(check, check_part(check, device->element, "target/requested"),
			    "<requested> is %llu KiB, but the device has only %llu KiB.",
			    KIB(asked), KIB(device->size_bytes.value));
	else if (asked % block != 0)
		check_found(
			check, check_part(check, device->element, "target/requested"),
			"<requested> is %llu KiB, which is not a multiple of the block, %llu KiB.",
			KIB(asked), KIB(block));
}

static void judge_label(struct check *check, const struct guest_device *device)
{
	uint64_t label = device->label_bytes.value;

	/* libvirt takes 0 for an NVDIMM without a label. */
	if (device->label_bytes.state != VALUE_VALID || label == 0 ||
	    device->size_bytes.state != VALUE_VALID)
		return;
	if (label < LABEL_BYTES)
		check_found(check,
			    check_part(check, device->element, "target/label/size"),
			    "The label is %llu KiB, but must be at least %llu KiB.",
			    KIB(label), KIB(LABEL_BYTES));
	else if (label >= device->size_bytes.value)
		check_found(
			check, check_part(check, device->element, "target/label/size"),
			"The label is %llu KiB, but the whole NVDIMM is only %llu KiB.",
			KIB(label), KIB(device->size_bytes.value));
}

static void memory_size(struct check *check)
{
	foreach_memory(device, check->guest)
	{
		if (is_model(device, "virtio-mem"))
			judge_block(check, device);
		if (is_model(device, "nvdimm"))
			judge_label(check, device);
	}
}

/* What QEMU's backend demands of its alignment. */
static void judge_alignment(struct check *check, const struct guest_device *device)
{
	uint64_t align = device->align_bytes.value, size = device->size_bytes.value;
	uint64_t label = device->label_bytes.value, most = PAGE_BYTES;
	int element = check_part(check, device->element, "source/alignsize");
	struct finding *finding = NULL;

	if (device->align_bytes.state != VALUE_VALID || align == 0 ||
	    device->size_bytes.state != VALUE_VALID || size <= label)
		return;
	size -= label;
	while (most <= size / 2)
		most *= 2;
	if (align % PAGE_BYTES != 0)
		finding = check_found(
			check, element,
			"<alignsize> is %llu KiB, which is not a multiple of the page size, %llu KiB.",
			KIB(align), KIB(PAGE_BYTES));
	else if ((align & (align - 1)) != 0)
		finding = check_found(
			check, element,
			"<alignsize> is %llu KiB, which is not a power of two.",
			KIB(align));
	else if (size < align)
		finding = check_found(
			check, element,
			"<alignsize> is %llu KiB, but the NVDIMM has only %llu KiB%s.",
			KIB(align), KIB(size), label > 0 ? " without its label" : "");
	if (finding)
		check_set_remedy(
			finding,
			"Write a power of two from the host's page size to %llu KiB, or remove <alignsize>.",
			KIB(most));
}

static void memory_block(struct check *check)
{
	foreach_memory(device, check->guest)
	{
		uint64_t block = device->block_bytes.value, size;

		if (number_is(device->size_bytes, 0)) {
			check_set_remedy(check_found(check,
						     check_part(check, device->element,
								"target/size"),
						     "A memory device has the size 0."),
					 "Write a larger <size>, or remove the device.");
			continue;
		}
		if (is_model(device, "nvdimm"))
			judge_alignment(check, device);
		if (!is_model(device, "virtio-mem") || block < MEMORY_GRANULE_BYTES ||
		    (block & (block - 1)) != 0 || device->size_bytes.state != VALUE_VALID)
			continue;
		/* libvirt rounds the size up. */
		size = (device->size_bytes.value + MEMORY_GRANULE_BYTES - 1) /
		       MEMORY_GRANULE_BYTES * MEMORY_GRANULE_BYTES;
		if (size % block != 0)
			check_found(
				check, device->element,
				"The device has %llu KiB, which is not a multiple of its block of %llu KiB.",
				KIB(size), KIB(block));
	}
}

static void memory_source(struct check *check)
{
	foreach_memory(device, check->guest)
	{
		bool pmem = is_model(device, "virtio-pmem");

		if (!pmem && !is_model(device, "nvdimm"))
			continue;
		if (!device->source_path)
			check_found(check, device->element,
				    "A memory device of model %s has no <source><path>.",
				    device->model);
		else if (pmem && streq_null(device->access, "private"))
			check_found(
				check, device->element,
				"A virtio-pmem device has access='private', but its memory must be shared.");
	}
}

static void memory_uuid(struct check *check)
{
	const struct guest *guest = check->guest;

	if (!guest_is_q35(guest) && !guest_is_i440fx(guest) && !guest_is_virt(guest))
		return; /* pseries needs it */
	foreach_memory(device, guest)
	{
		int uuid =
			is_model(device, "nvdimm")
				? document_child(check->document, device->element, "uuid")
				: -1;

		if (uuid >= 0)
			check_found(check, uuid,
				    "An NVDIMM of machine type %s has a <uuid>.",
				    guest->machine ? guest->machine : "pc");
	}
}

static void memory_driver(struct check *check)
{
	static const char *const options[] = {"iommu", "ats", "packed", "page_per_vq"};

	foreach_device (device, check->guest, "memory") {
		int driver = device->driver_element;

		if (driver < 0 || !device->model || has_prefix(device->model, "virtio-"))
			continue;
		for (size_t j = 0; j < ARRAY_SIZE(options); j++)
			if (document_attribute(check->document, driver, options[j]))
				check_found(
					check, driver,
					"A memory device of model %s has %s=, an option of virtio devices.",
					device->model, options[j]);
	}
}

/* Whether a set is the nodes that the cell's memory is bound to anyway. */
static bool is_cells(const struct check *check, int cell, const struct set *nodes)
{
	_cleanup_set_ struct set backing = {};

	return check_backing(check, (size_t)MAX(cell, 0), &backing) &&
	       set_equal(&backing, nodes);
}

static void memory_policy(struct check *check)
{
	if (check->options->target.libvirt >= NODEMASK_STRICT)
		return;
	foreach_memory(device, check->guest)
	{
		int cell = device->node.state == VALUE_VALID
				   ? (int)MIN(device->node.value, (uint64_t)INT_MAX)
				   : -1;
		const char *mode = memory_mode(check->guest, cell);
		bool restrictive = streq_null(mode, "restrictive");

		if (device->source_nodes.state != VALUE_VALID || !mode ||
		    streq(mode, "strict") ||
		    (restrictive && is_cells(check, cell, &device->source_nodes.set)))
			continue;
		check_found(
			check, check_part(check, device->element, "source/nodemask"),
			restrictive
				? "The <nodemask> of a memory device has no effect, because the memory of its cell is %s."
				: "The <nodemask> of a memory device is only %s, as the memory of its cell.",
			mode);
	}
}

const struct rule memory_devices_rules[] = {
	{RULE("memory-model", memory_model, ERROR, 0, LIBVIRT),
	 .what = "The model of each memory device is dimm, nvdimm, virtio-mem, virtio-pmem or, with KVM, sgx-epc.",
	 .why = "libvirt refuses other models, and a device without one.",
	 .to_fix = "Write one of these models; sgx-epc only with type kvm.",
	 .source = LV "conf/domain_conf.c, virDomainMemoryDefParseXML; tested with 12.9",
	 .remedy = REMEDY_EDIT},
	{RULE("memory-node", memory_node, ERROR, 0, LIBVIRT),
	 .what = "Each DIMM, NVDIMM and virtio-mem device is on an existing cell, and no virtio-pmem device is on any.",
	 .why = "libvirt refuses a device without a node, or on a node that does not exist.",
	 .to_fix =
		 "Write <node> in <target> with the id of a cell; remove it from virtio-pmem.",
	 .source = LV "qemu/qemu_validate.c; tested with 12.9", .remedy = REMEDY_EDIT},
	{RULE("memory-size", memory_size, ERROR, 0, LIBVIRT),
	 .what = "The <block> of a virtio-mem device is a power of two and at least 2 MiB; its <requested> is a multiple of <block> and at most <size>. The <label> of an NVDIMM is at least 128 KiB and fits into the device.",
	 .why = "libvirt refuses other sizes.",
	 .to_fix = "Change <block>, <requested>, <label> or <size>.",
	 .source = LV "conf/domain_validate.c; tested with 12.9", .remedy = REMEDY_EDIT},
	{RULE("memory-block", memory_block, ERROR, 0, QEMU),
	 .what = "The size of a memory device is more than 0; that of a virtio-mem device is a multiple of its block. The <alignsize> of an NVDIMM is a power of two, a multiple of the page size, and at most the device's size without its label.",
	 .why = "libvirt accepts any size, but QEMU exits.",
	 .to_fix = "Change <size> to a multiple of <block>.",
	 .source =
		 "QEMU 7.2 hw/virtio/virtio-mem.c, hw/mem/nvdimm.c, util/mmap-alloc.c; measured",
	 .remedy = REMEDY_EDIT},
	{RULE("memory-source", memory_source, ERROR, 0, LIBVIRT),
	 .what = "NVDIMM and virtio-pmem devices have a <path>, and that of virtio-pmem is mapped shared.",
	 .why = "libvirt refuses them without a path, and virtio-pmem with private access.",
	 .to_fix = "Add <source><path>; for virtio-pmem, also remove access='private'.",
	 .source = LV "conf/domain_validate.c; tested with 12.9", .remedy = REMEDY_EDIT},
	{RULE("memory-uuid", memory_uuid, ERROR, 0, LIBVIRT),
	 .what = "Only NVDIMMs of machine type pseries have a <uuid>.",
	 .why = "libvirt refuses it on x86 and aarch64.",
	 .to_fix = "Remove <uuid> of the memory device.",
	 .source = LV "qemu/qemu_domain.c; tested with 9.0, 11.3 and 12.9",
	 .remedy = REMEDY_EDIT},
	{RULE("memory-driver", memory_driver, ERROR, 0, LIBVIRT),
	 .what = "Only virtio-mem and virtio-pmem devices have the options iommu, ats, packed and page_per_vq.",
	 .why = "libvirt refuses them for other memory devices.",
	 .to_fix = "Remove <driver> of the memory device.",
	 .source = "measured with libvirt 12.9", .libvirt = {.since = VERSION_OF(11, 9)},
	 .outside = "libvirt drops <driver> (see attribute-dropped).",
	 .remedy = REMEDY_EDIT},
	{RULE("memory-policy", memory_policy, WARNING, 0, NOBODY),
	 .what = "The memory of a cell is strict if a memory device on it has a <nodemask>.",
	 .why = "Before libvirt 12.0 the device has the mode of its cell. With preferred or interleave its memory can also come from other nodes, and with restrictive the <nodemask> has no effect. Since 12.0 the device's memory is always strict.",
	 .to_fix =
		 "Use mode='strict' for the memory of the cell, or libvirt 12.0 or newer.",
	 .source =
		 "libvirt NEWS.rst, 12.0; measured with 9.0, 11.3 and 12.9: the policy of the memory backend",
	 .remedy = REMEDY_EDIT},
	{RULE("memory-pmem-machine", memory_pmem_machine, ERROR, 0, LIBVIRT),
	 .what = "A guest of architecture aarch64 or armv7l has no virtio-pmem device.",
	 .why = "QEMU for Arm does not have the device, and libvirt refuses it (\"virtio-pmem isn't supported by this QEMU binary\").",
	 .to_fix = "Use model nvdimm, or remove the device.",
	 .source =
		 "measured with libvirt 9.0, 11.3 and 12.9, and QEMU 7.2, 10.0 and 11.1",
	 .remedy = REMEDY_EDIT},
	{},
};

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* check-controller.c - PCI controllers that libvirt refuses: index, model and options. */
#include "planner/check/rules.h"

#include "base/first.h"
#include "planner/guest/device-kind.h"

static void pci_root_model(struct check *check)
{
	bool express = guest_is_q35(check->guest) || guest_is_virt(check->guest);
	const char *model =
		controller_rows[express ? CONTROLLER_PCIE_ROOT : CONTROLLER_PCI_ROOT]
			.name;

	for (size_t i = 0; i < check->guest->controllers.n; i++) {
		const struct guest_controller *c = &check->guest->controllers.v[i];
		bool root = controller_role(controller_model_of(c)) == ROLE_ROOT;
		bool zero = number_is(c->index, 0);

		if (!guest_is_pci(c) || c->index.state != VALUE_VALID)
			continue;
		if (zero && !streq_null(c->model, model))
			check_found(
				check, c->element,
				"PCI controller 0 is a %s; on this machine it must be %s.",
				c->model ? c->model : "controller without model", model);
		else if (!zero && root)
			check_found(check, c->element,
				    "%s has index %llu, but a root must have index 0.",
				    c->model, ULL(c->index.value));
	}
}

static void pci_root_address(struct check *check)
{
	for (size_t i = 0; i < check->guest->controllers.n; i++) {
		const struct guest_controller *c = &check->guest->controllers.v[i];

		if (guest_is_pci(c) && !c->added && c->address.element >= 0 &&
		    controller_role(controller_model_of(c)) == ROLE_ROOT)
			check_found(check, c->address.element,
				    "%s has an <address>, but a root is not on any bus.",
				    c->model);
	}
}

static void controller_index_dup(struct check *check)
{
	const struct guest *guest = check->guest;

	_cleanup_firsts_ struct firsts seen = {};

	for (size_t i = 0; i < guest->controllers.n; i++) {
		const struct guest_controller *c = &guest->controllers.v[i];
		struct finding *finding;
		int first;

		/* USB companions share their index. */
		if (c->index.state != VALUE_VALID || streq_null(c->type, "usb"))
			continue;
		first = first_add(&seen, c->type, c->index.value, (int)i);
		if (first == (int)i)
			continue;
		finding = check_found(check, c->element,
				      "There are two %s controllers with index %llu.",
				      c->type, ULL(c->index.value));
		check_relate(check, finding, guest->controllers.v[first].element);
	}
}

static void controller_index_range(struct check *check)
{
	for (size_t i = 0; i < check->guest->controllers.n; i++) {
		const struct guest_controller *c = &check->guest->controllers.v[i];

		if (guest_is_pci(c) && c->index.state == VALUE_VALID &&
		    c->index.value > 255)
			check_found(check, c->element,
				    "PCI controller index %llu is greater than 255.",
				    ULL(c->index.value));
	}
}

#define RESERVE_LIMIT (UINT64_C(4) << 30)

static void mem_reserve_model(struct check *check)
{
	for (size_t i = 0; i < check->guest->controllers.n; i++) {
		const struct guest_controller *c = &check->guest->controllers.v[i];
		enum controller_model model = controller_model_of(c);

		if (!guest_is_pci(c) || c->mem_reserve_bytes.state != VALUE_VALID ||
		    c->mem_reserve_bytes.value == 0 || model == CONTROLLER_NONE ||
		    model == CONTROLLER_ROOT_PORT || model == CONTROLLER_PCI_BRIDGE)
			continue;
		check_found(
			check, c->element,
			"A controller of model %s has memReserve=, which only pcie-root-port and pci-bridge take.",
			c->model);
	}
}

static void mem_reserve_value(struct check *check)
{
	for (size_t i = 0; i < check->guest->controllers.n; i++) {
		const struct guest_controller *c = &check->guest->controllers.v[i];
		struct guest_number reserve = c->mem_reserve_bytes;

		if (!guest_is_pci(c) || reserve.state != VALUE_VALID ||
		    (reserve.value > 0 && reserve.value < RESERVE_LIMIT))
			continue;
		if (reserve.value == 0)
			check_found(check, c->element,
				    "PCI controller %llu has memReserve='0'.",
				    ULL(c->index.value));
		else
			check_found(
				check, c->element,
				"PCI controller %llu has memReserve='%llu'; it must be less than 4194304 (4 GiB).",
				ULL(c->index.value), ULL(reserve.value / 1024));
	}
}

static void chassis_range(struct check *check)
{
	for (size_t i = 0; i < check->guest->controllers.n; i++) {
		const struct guest_controller *c = &check->guest->controllers.v[i];
		const struct {
			const char *name;
			struct guest_number value;
			uint64_t least;
		} numbers[] = {{"chassis", c->chassis, 0},
			       {"port", c->port, 0},
			       {"chassisNr", c->chassis_nr, 1}};

		for (size_t j = 0; guest_is_pci(c) && j < ARRAY_SIZE(numbers); j++) {
			struct guest_number value = numbers[j].value;
			struct finding *finding;

			if (value.state != VALUE_VALID ||
			    (value.value >= numbers[j].least && value.value <= UINT8_MAX))
				continue;
			finding = check_found(check, c->element,
					      "%s %llu is outside %llu to 255.",
					      numbers[j].name, ULL(value.value),
					      ULL(numbers[j].least));
			finding->subject = xstrdup(numbers[j].name);
			finding->expected = xasprintf("%llu-255", ULL(numbers[j].least));
		}
	}
}

static void say_expander(struct check *check, const struct guest_controller *c,
			 const char *kind, const char *machine)
{
	const char *name = check->guest->machine;
	_cleanup_free_ char *added =
		c->added ? check_controller_name(c, "expander bus") : NULL;

	if (added)
		check_found(check, c->element, "%s needs machine type %s, not %s.", added,
			    machine, name ? name : "the default");
	else
		check_found(check, c->element, "A %s needs machine type %s, not %s.",
			    kind, machine, name ? name : "the default");
}

/* QEMU refuses those of <qemu:commandline>. */
static void pxb_machine(struct check *check)
{
	const struct guest *guest = check->guest;

	for (size_t i = 0; i < guest->controllers.n; i++) {
		const struct guest_controller *c = &guest->controllers.v[i];
		enum controller_model model = controller_model_of(c);

		if (model == CONTROLLER_PCIE_EXPANDER && !guest_is_q35(guest) &&
		    !guest_is_virt(guest))
			say_expander(check, c, "pcie-expander-bus", "q35 or virt");
		if (model == CONTROLLER_PCI_EXPANDER && !guest_is_i440fx(guest) &&
		    guest->machine)
			say_expander(check, c, "pci-expander-bus", "pc (i440fx)");
	}
}

/* Which <target> options each model supports (domain_validate.c). */
static void busnr_misplaced(struct check *check)
{
	for (size_t i = 0; i < check->guest->controllers.n; i++) {
		const struct guest_controller *c = &check->guest->controllers.v[i];
		enum controller_model model = controller_model_of(c);
		bool expander = guest_is_expander(c), port = guest_is_port(c);
		bool root = controller_role(model) == ROLE_ROOT;
		const char *option = NULL;

		if (!guest_is_pci(c) || c->added)
			continue;
		if (c->bus_nr.state != VALUE_ABSENT && !c->bus_nr_assigned && !expander)
			option = "busNr";
		else if (c->node.state != VALUE_ABSENT && !expander &&
			 !(root && !number_is(c->index, 0)))
			option = "node";
		else if (c->chassis.state != VALUE_ABSENT && !port)
			option = "chassis";
		else if (c->port.state != VALUE_ABSENT && !port)
			option = "port";
		else if (c->hotplug.state != VALUE_ABSENT && !port &&
			 model != CONTROLLER_PCI_ROOT)
			option = "hotplug";
		else if (c->chassis_nr.state != VALUE_ABSENT &&
			 model != CONTROLLER_PCI_BRIDGE)
			option = "chassisNr";
		else if (c->pcihole64_bytes.state != VALUE_ABSENT && !root)
			option = "pcihole64";
		if (option)
			check_found(check, c->element, "%s is not an option of a %s.",
				    option,
				    c->model ? c->model : "PCI controller without model")
				->subject = xstrdup(option);
	}
}

/* QEMU has no device for the root of a PC or of virt; pseries has one for each of its
 * roots, whose layout we do not know. */
static void controller_model_name(struct check *check)
{
	for (size_t i = 0; i < check->guest->controllers.n; i++) {
		const struct guest_controller *c = &check->guest->controllers.v[i];

		if (!guest_is_pci(c) || c->added || !c->model_name ||
		    controller_model_of(c) == CONTROLLER_NONE || controller_device_of(c))
			continue;
		check_found(check, check_part(check, c->element, "model"),
			    "QEMU's %s is not a device for a %s.", c->model_name,
			    c->model);
	}
}

static void pxb_node_exists(struct check *check)
{
	for (size_t i = 0; i < check->guest->controllers.n; i++) {
		const struct guest_controller *c = &check->guest->controllers.v[i];

		_cleanup_free_ char *name = NULL;

		if (!guest_is_pci(c) || c->node.state != VALUE_VALID ||
		    c->node.value < check->guest->cells.n)
			continue;
		name = check_controller_name(c, "Controller");
		check_found(check, c->node_element >= 0 ? c->node_element : c->element,
			    "%s is on guest node %llu, but <cpu><numa> has %zu cell%s.",
			    name, ULL(c->node.value), check->guest->cells.n,
			    check->guest->cells.n == 1 ? "" : "s");
	}
}

/* QEMU's own window on virt, and the least that it accepts. */
#define VIRT_WINDOW_BYTES (UINT64_C(512) << 30)

static void virt_window(struct check *check)
{
	const struct guest_controller *root =
		guest_is_virt(check->guest) ? guest_pci_controller(check->guest, 0)
					    : NULL;
	uint64_t bytes = root ? root->pcihole64_bytes.value : 0;

	if (!root || root->pcihole64_bytes.state != VALUE_VALID)
		return;
	if (bytes < VIRT_WINDOW_BYTES || (bytes & (bytes - 1)))
		check_found(
			check, check_part(check, root->element, "pcihole64"),
			"<pcihole64> is %llu KiB; on machine type virt it must be a power of two and at least 512 GiB.",
			ULL(bytes >> 10));
}

const struct rule controller_rules[] = {
	[PCI_ROOT_MODEL] =
		{RULE("pci-root-model", pci_root_model, ERROR, NEED_MACHINE, LIBVIRT),
		 .what = "PCI controller 0, and no other, is the machine's root.",
		 .why = "libvirt refuses any other model at index 0, and a root model at any other index.",
		 .to_fix =
			 "Give controller 0 the machine's root model (pcie-root or pci-root), and give any other root another model.",
		 .source = LV "qemu/qemu_domain.c, qemuDomainDefAddDefaultDevices",
		 .remedy = REMEDY_EDIT},
	{RULE("pci-root-address", pci_root_address, ERROR, 0, LIBVIRT),
	 .what = "The machine's root has no <address>.",
	 .why = "libvirt refuses a root with one.", .to_fix = "Remove the <address>.",
	 .source = LV "qemu/qemu_validate.c", .remedy = REMEDY_EDIT},
	[CONTROLLER_INDEX_DUP] =
		{RULE("controller-index-dup", controller_index_dup, ERROR, 0, LIBVIRT),
		 .what = "Each controller has a unique index within its type.",
		 .why = "libvirt refuses two controllers with one index.",
		 .to_fix = "Give one of them another index.",
		 .source = LV "conf/domain_validate.c", .remedy = REMEDY_EDIT},
	{RULE("controller-index-range", controller_index_range, ERROR, 0, LIBVIRT),
	 .what = "PCI controller indexes are at most 255.",
	 .why = "A PCI address has one byte for the bus, which is the controller's index.",
	 .to_fix = "Use a lower index.", .source = LV "conf/domain_validate.c",
	 .remedy = REMEDY_EDIT},
	{RULE("chassis-range", chassis_range, ERROR, 0, LIBVIRT),
	 .what = "chassis and port are between 0 and 255, chassisNr is between 1 and 255.",
	 .why = "Each is stored in one byte, and libvirt refuses larger values.",
	 .to_fix = "Choose a number in the range, or let libvirt choose.",
	 .source = LV "conf/domain_validate.c", .remedy = REMEDY_EDIT},
	{RULE("mem-reserve-model", mem_reserve_model, ERROR, 0, LIBVIRT),
	 .what = "Only controllers of model pcie-root-port and pci-bridge have memReserve=.",
	 .why = "libvirt refuses it for others.", .to_fix = "Remove memReserve=.",
	 .source = "measured with libvirt 11.3 and 12.9",
	 .libvirt = {.since = VERSION_OF(10, 3)},
	 .outside = "libvirt drops the attribute (see attribute-dropped).",
	 .remedy = REMEDY_EDIT},
	[PXB_MACHINE] =
		{RULE("pxb-machine", pxb_machine, ERROR, 0, LIBVIRT),
		 .what = "Expander buses match the machine: pcie-expander-bus on q35 and virt, pci-expander-bus on i440fx (pc).",
		 .why = "libvirt refuses any other combination.",
		 .to_fix = "Change the machine type or the controller's model.",
		 .source = LV "qemu/qemu_domain.c, qemuDomainControllerDefPostParse",
		 .remedy = REMEDY_EDIT},
	{RULE("busnr-misplaced", busnr_misplaced, ERROR, 0, LIBVIRT),
	 .what = "<target> has only options that the controller's model supports.",
	 .why = "libvirt refuses a busNr on a port, or a chassis on an expander bus.",
	 .to_fix = "Remove the option, or move it to the right controller.",
	 .source = LV "qemu/qemu_validate.c", .remedy = REMEDY_EDIT},
	{RULE("controller-model-name", controller_model_name, ERROR, NEED_MACHINE,
	      LIBVIRT),
	 .what = "The <model name=> of a PCI controller is a device of QEMU for the controller's model.",
	 .why = "libvirt refuses any other name.",
	 .to_fix = "Remove the <model> element, so that libvirt chooses the device.",
	 .source = LV "qemu/qemu_validate.c, qemuValidateDomainDeviceDefControllerPCI",
	 .remedy = REMEDY_EDIT},
	{RULE("pxb-node-exists", pxb_node_exists, ERROR, 0, LIBVIRT),
	 .what = "The <node> of an expander bus is one of the domain's cells.",
	 .why = "libvirt refuses a node that does not exist.",
	 .to_fix = "Add the cell to <cpu><numa>, or name an existing cell.",
	 .source = LV "qemu/qemu_domain.c", .remedy = REMEDY_EDIT},
	{RULE("virt-window", virt_window, ERROR, 0, QEMU),
	 .what = "On machine type virt, the window for 64-bit BARs (<pcihole64>) is a power of two and at least 512 GiB.",
	 .why = "libvirt accepts any size, but QEMU exits. 512 GiB is QEMU's default.",
	 .to_fix =
		 "Write 512, 1024 or another power of two with unit='GiB', or remove it.",
	 .source = "QEMU 11.1 hw/arm/virt.c, highmem-mmio-size; measured",
	 .libvirt = {.since = VERSION_OF(11, 5)}, .qemu = {.since = VERSION_OF(10, 0)},
	 .outside = "libvirt refuses <pcihole64> on this machine (see feature-version).",
	 .remedy = REMEDY_EDIT},
	{RULE("mem-reserve-value", mem_reserve_value, ERROR, 0, QEMU),
	 .what = "The memReserve= of a controller is at least 1 KiB and less than 4 GiB.",
	 .why = "libvirt refuses 0 (\"Zero is not permitted\"). It accepts 4 GiB and more, but QEMU exits (\"mem-reserve must be less than 4G\").",
	 .to_fix =
		 "Remove memReserve=, or write fewer than 4194304 KiB. A large window for 64-bit BARs needs no memReserve=.",
	 .source =
		 "QEMU 7.2 hw/pci/pci_bridge.c, pci_bridge_qemu_reserve_cap_init; measured with libvirt 11.3 and 12.9, and QEMU 10.0 and 11.1",
	 .libvirt = {.since = VERSION_OF(10, 3)},
	 .outside = "libvirt drops the attribute (see attribute-dropped).",
	 .remedy = REMEDY_EDIT},
	{},
};

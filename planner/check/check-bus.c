/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Bus numbers and I/O ports, which nothing checks before the guest's firmware runs out of
 * them. One segment has 256 numbers; a root uses its own and one for each bridge below it
 * (QEMU docs/pcie.txt, "Bus numbers issues"; measured: planner/plan/layout.h).
 */
#include "planner/check/fix-parts.h"

#include "planner/guest/io-use.h"

#define LAST_BUS 256u

static void pxb_busnr_range(struct check *check)
{
	for (size_t i = 0; i < check->guest->controllers.n; i++) {
		const struct guest_controller *c = &check->guest->controllers.v[i];

		if (guest_is_pci(c) && c->bus_nr.state == VALUE_VALID &&
		    (c->bus_nr.value < 1 || c->bus_nr.value > 254))
			check_values(check_found(check, c->element,
						 "busNr %llu is outside 1 to 254.",
						 ULL(c->bus_nr.value)),
				     NULL, "1-254");
	}
}

static bool is_expander(const struct guest_controller *controller)
{
	return guest_bus_nr(controller) >= 0 && guest_is_expander(controller);
}

/* The lowest number greater than @from that belongs to another root. */
static unsigned next_root(const struct check *check, unsigned from,
			  const struct guest_controller **ret_who)
{
	unsigned next = LAST_BUS;

	*ret_who = NULL;
	for (size_t i = 0; i < check->guest->controllers.n; i++) {
		const struct guest_controller *c = &check->guest->controllers.v[i];

		if (!is_expander(c) || c->bus_nr.value <= from || c->bus_nr.value >= next)
			continue;
		next = (unsigned)c->bus_nr.value;
		*ret_who = c;
	}
	return next;
}

static unsigned numbers_needed(const struct check *check, int index,
			       const struct guest_controller *c)
{
	return 1 + check->tree.bus[index].bridges +
	       controller_rows[controller_model_of(c)].own_bridges;
}

static void say_window(struct check *check, int index, const struct guest_controller *c,
		       unsigned from)
{
	const struct guest_controller *who;
	unsigned next = next_root(check, from, &who),
		 needed = numbers_needed(check, index, c);
	_cleanup_free_ char *until = NULL, *root = NULL,
			    *name = check_controller_name(c, "controller");
	_cleanup_free_ char *other =
		who ? check_controller_name(who, "controller") : NULL;
	struct finding *finding;

	if (from + needed <= next)
		return;
	until = who ? xasprintf("%s begins at %u", other, next)
		    : xstrdup("the numbers end at 255");
	root = index == 0 ? xstrdup("pcie-root")
			  : xasprintf("%s (busNr %u%s)", name, from,
				      c->bus_nr_assigned ? ", chosen by libvirt" : "");
	finding = check_found(
		check, c->element,
		"%s needs %u bus numbers, for itself and %u bridge%s below it, but %s: there is room for %u.",
		root, needed, needed - 1, needed == 2 ? "" : "s", until, next - from);
	finding->subject = check_controller_name(c, "controller");
	finding->observed = xasprintf("%u", next - from);
	finding->expected = xasprintf("%u", needed);
	if (who)
		check_relate(check, finding, who->element);
	if (index == 0)
		check_set_remedy(
			finding,
			"Raise the lowest busNr above %u, or remove bridges from pcie-root.",
			needed - 1);
	else if (next >= needed)
		check_set_remedy(
			finding,
			"Set busNr of %s to %u or less, but higher than the numbers of the root before it.",
			name, next - needed);
}

static void bus_window(struct check *check)
{
	for (int index = 0; index < INDEXES; index++) {
		const struct guest_controller *c =
			guest_tree_controller(&check->tree, index);

		if (!c || check->tree.bus[index].root != index)
			continue;
		if (index == 0)
			say_window(check, 0, c, 0);
		else if (is_expander(c))
			say_window(check, index, c, (unsigned)c->bus_nr.value);
	}
}

static void bus_slack(struct check *check)
{
	for (int index = 1; index < INDEXES; index++) {
		const struct guest_controller *c = guest_tree_controller(&check->tree,
									 index),
					      *who;
		_cleanup_free_ char *name = NULL;
		struct finding *finding;

		if (!c || check->tree.bus[index].root != index || !is_expander(c) ||
		    next_root(check, (unsigned)c->bus_nr.value, &who) >
			    c->bus_nr.value + numbers_needed(check, index, c))
			continue;
		name = check_controller_name(c, "controller");
		finding = check_found(
			check, c->element,
			"%s (busNr %llu) has no spare bus number: another port below it would change the bus numbers of other devices.",
			name, (unsigned long long)c->bus_nr.value);
		finding->subject = check_controller_name(c, "controller");
	}
}

static void pxb_busnr_dup(struct check *check)
{
	const struct guest *guest = check->guest;

	const struct guest_controller *owners[LAST_BUS] = {};

	for (size_t i = 0; i < guest->controllers.n; i++) {
		const struct guest_controller *b = &guest->controllers.v[i], *a;
		_cleanup_free_ char *first = NULL, *second = NULL;
		struct finding *finding;

		if (!is_expander(b))
			continue;
		a = owners[b->bus_nr.value];
		if (!a) {
			owners[b->bus_nr.value] = b;
			continue;
		}
		first = check_controller_name(a, "controller");
		second = check_controller_name(b, "controller");
		finding = check_found(check, b->element,
				      "busNr %llu of %s is also used by %s.",
				      (unsigned long long)b->bus_nr.value, second, first);
		check_relate(check, finding, a->element);
	}
}

static void pxb_empty_efi(struct check *check)
{
	if (!guest_is_efi(check->guest))
		return;
	for (int index = 1; index < INDEXES; index++) {
		const struct guest_controller *c =
			guest_tree_controller(&check->tree, index);

		_cleanup_free_ char *name = NULL;

		if (!c || !is_expander(c) || check->tree.bus[index].children > 0)
			continue;
		name = check_controller_name(c, "Expander bus");
		check_found(
			check, c->element,
			"%s is empty; OVMF ignores such a root, so the guest does not see it.",
			name);
	}
}

static void say_io(struct check *check, const struct io_use *use)
{
	bool efi = guest_is_efi(check->guest);
	struct finding *finding;

	finding = check_found(
		check, -1,
		"Below %u port%s there are devices with an I/O BAR; %s has room for only %u such ports: %s.",
		use->windows, use->windows == 1 ? "" : "s", efi ? "OVMF" : "SeaBIOS",
		use->limit,
		efi ? "at least one device gets no BARs"
		    : "the guest silently stops before it boots");
	finding->observed = xasprintf("%u", use->windows);
	finding->expected = xasprintf("%u", use->limit);
	check_set_remedy(
		finding,
		"Use a model without I/O ports, such as virtio, for some devices.");
}

/* The windows fit, but with the reservations, no BAR may be assigned. */
static void say_reserved(struct check *check, enum known reserves)
{
	struct finding *finding;

	if (reserves == KNOWN_UNKNOWN) {
		check_skip(
			check, "firmware-version",
			"hot-pluggable ports need too much I/O space on one root bus if the version of edk2 reserves it for them; give a version that was measured with --target, for example firmware=edk2-2025.02");
		return;
	}
	finding = check_found(
		check, -1,
		"Hot-pluggable ports reserve more I/O space below one root bus than OVMF has left, but the last root bus gets what it needs: OVMF then gives no device a BAR.");
	check_set_remedy(
		finding,
		"Set <target hotplug='off'/> on ports that do not need hotplug.");
}

static void io_ports(struct check *check)
{
	const struct io_use *use;

	if (!guest_is_q35(check->guest))
		return;
	use = check_io_use(check);
	switch (io_use_judge(use)) {
	case IO_FITS:
		break;
	case IO_DEVICE_DROPPED:
		say_io(check, use);
		break;
	case IO_ALL_DROPPED:
		say_reserved(check, use->reserves);
		break;
	}
}

/* Rows that are prerequisites of others. */
enum { PXB_BUSNR_RANGE, PXB_BUSNR_DUP, BUS_WINDOW };

const struct rule bus_rules[] = {
	[PXB_BUSNR_RANGE] =
		{RULE("pxb-busnr-range", pxb_busnr_range, ERROR, 0, LIBVIRT),
		 .what = "busNr is between 1 and 254.",
		 .why = "0 is the main root bus, and 255 leaves no bus number for a port.",
		 .to_fix = "Choose a number from 1 to 254.",
		 .source = LV "conf/domain_validate.c", .remedy = REMEDY_FIX,
		 .fix = fix_bus_numbers},
	[PXB_BUSNR_DUP] =
		{RULE("pxb-busnr-dup", pxb_busnr_dup, ERROR, NEED_MACHINE, QEMU),
		 .decided_by = {"bus_nr"},
		 .what = "Each expander bus has a unique busNr.",
		 .why = "libvirt accepts a duplicate, but QEMU does not start (\"Bus ... is already in use\").",
		 .to_fix = "Give one of them another busNr.",
		 .source = "QEMU 7.2 hw/pci-bridge/pci_expander_bridge.c",
		 .remedy = REMEDY_FIX, .fix = fix_bus_numbers},
	[BUS_WINDOW] =
		{RULE("bus-window", bus_window, ERROR, NEED_MACHINE, NOBODY),
		 .decided_by = {"bus_nr"},
		 .after = {&bus_rules[PXB_BUSNR_DUP], &bus_rules[PXB_BUSNR_RANGE]},
		 .what = "Each root has enough bus numbers for the bridges below it.",
		 .why = "All roots share the 256 bus numbers. If the numbers of one root run into those of the next, devices or whole nodes silently disappear from the guest. With SeaBIOS, the guest hangs if they run past 255. A busNr that libvirt chooses leaves room for only one port.",
		 .to_fix = "Choose busNr values that are further apart.",
		 .source = "QEMU docs/pcie.txt; SeaBIOS src/fw/pciinit.c; measured",
		 .remedy = REMEDY_FIX, .fix = fix_bus_numbers},
	{RULE("bus-slack", bus_slack, INFO, NEED_MACHINE, NOBODY),
	 .decided_by = {"bus_nr"}, .after = {&bus_rules[BUS_WINDOW]},
	 .what = "Each expander bus has a spare bus number.",
	 .why = "Without one, a port that is added later changes the bus numbers of other devices.",
	 .to_fix = "Lower its busNr, if lower numbers are free.",
	 .source = "QEMU docs/pcie.txt", .remedy = REMEDY_FIX, .fix = fix_bus_numbers},
	{RULE("pxb-empty-efi", pxb_empty_efi, WARNING, NEED_MACHINE, NOBODY),
	 .what = "With OVMF, an expander bus has at least one port.",
	 .why = "OVMF finds root buses by the devices on them and ignores an empty one.",
	 .to_fix = "Put a pcie-root-port on it, or remove it.",
	 .source = "edk2 PciHostBridgeUtilityLib", .remedy = REMEDY_EDIT},
	{RULE("io-ports", io_ports, ERROR, NEED_MACHINE, NOBODY),
	 .what = "The firmware has I/O space for all devices that use it.",
	 .why = "Each port with such a device directly below it takes 4 KiB of the 64 KiB of I/O space. With more than 14 such ports, SeaBIOS silently hangs before the guest boots. With more than nine, OVMF leaves devices without BARs. OVMF 2022.11 also reserves 4 KiB for each hot-pluggable port (2025.02 does not). It drops such reservations to make room, but only if the ports of the root bus with the highest number do not fit; if only those of another root bus do not fit, no device gets a BAR.",
	 .to_fix =
		 "Use virtio devices, or fewer devices that use I/O space; set hotplug='off' on ports that do not need hotplug.",
	 .source = "measured: planner/guest/firmware-io.h", .remedy = REMEDY_EDIT},
	{},
};

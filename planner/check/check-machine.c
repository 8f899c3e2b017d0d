/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The machine type: whether the target's QEMU has it, and for how long; and what of the
 * machine is off. Sources:
 * query-machines of QEMU 7.2, 10.0 and 11.1 (planner/guest/machine-type.c, board.c); QEMU
 * docs/about/deprecated.rst; libvirt 9.0 src/qemu/qemu_validate.c.
 */
#include "planner/check/host.h"

#include "base/size.h"
#include "planner/guest/board.h"
#include "planner/guest/host-emulator.h"
#include "planner/guest/memory.h"

static const struct machine_emulator *told(const struct check *check)
{
	return host_emulator_told(check->host, check->guest, &check->options->target);
}

static struct machine_verdict judge(const struct check *check)
{
	return host_machine_judge(told(check), check->guest->machine,
				  check->guest->architecture,
				  check->options->target.qemu);
}

static int type_element(const struct check *check)
{
	return check_part(check, 0, "os/type");
}

/* The board that the target's QEMU has; NULL for other machines. */
static const struct board *board_of(const struct check *check)
{
	return check->guest->machine
		       ? board_find(check->guest->machine, check->options->target.qemu)
		       : NULL;
}

static void to_fix(const struct check *check, struct finding *finding)
{
	_cleanup_free_ char *instead =
		host_machine_instead(told(check), check->guest->machine,
				     check->guest->architecture,
				     check->options->target.qemu);

	if (instead)
		check_set_remedy(finding, "Write %s.", instead);
}

static struct finding *removed(struct check *check, struct machine_verdict verdict)
{
	unsigned target = check->options->target.qemu;

	if (verdict.since == 0)
		return check_found(
			check, type_element(check),
			"QEMU no longer has machine type %s; the target has QEMU %u.%u.",
			check->guest->machine, MAJOR(target), MINOR(target));
	return check_found(
		check, type_element(check),
		"Machine type %s %s QEMU %u.%u; the target has QEMU %u.%u.",
		check->guest->machine,
		verdict.computed
			? "is more than 6 years old, and by QEMU's rule is not in"
			: "was removed in",
		MAJOR(verdict.since), MINOR(verdict.since), MAJOR(target), MINOR(target));
}

static struct finding *too_new(struct check *check, struct machine_verdict verdict)
{
	unsigned target = check->options->target.qemu;

	if (verdict.since == 0)
		return check_found(
			check, type_element(check),
			"QEMU %u.%u of the target does not have machine type %s yet.",
			MAJOR(target), MINOR(target), check->guest->machine);
	return check_found(check, type_element(check),
			   "Machine type %s needs QEMU %u.%u; the target has QEMU %u.%u.",
			   check->guest->machine, MAJOR(verdict.since),
			   MINOR(verdict.since), MAJOR(target), MINOR(target));
}

static void machine_exists(struct check *check)
{
	const struct guest *guest = check->guest;
	struct machine_verdict verdict;
	struct finding *finding = NULL;

	if (!guest->machine)
		return;
	verdict = judge(check);
	if (verdict.fate == MACHINE_UNKNOWN || verdict.downstream)
		check_skip(
			check, "machine-types",
			"it is not known whether the target's QEMU has machine type %s; use --host with the output of virt-layout record, which lists the machine types",
			guest->machine);
	else if (verdict.fate == MACHINE_REMOVED)
		finding = removed(check, verdict);
	else if (verdict.fate == MACHINE_TOO_NEW)
		finding = too_new(check, verdict);
	else if (verdict.fate == MACHINE_NEVER)
		finding = check_found(check, type_element(check),
				      "QEMU has no machine type %s%s%s.", guest->machine,
				      guest->architecture ? " for " : "",
				      guest->architecture ? guest->architecture : "");
	else if (verdict.fate == MACHINE_ABSENT)
		finding = check_found(
			check, type_element(check),
			"%s on the host (QEMU %s) does not have machine type %s.",
			told(check)->path, told(check)->version, guest->machine);
	if (finding)
		to_fix(check, finding);
}

static void machine_deprecated(struct check *check)
{
	const struct guest *guest = check->guest;
	struct machine_verdict verdict;
	_cleanup_text_ struct text until = {}, since = {};

	if (!guest->machine)
		return;
	verdict = judge(check);
	if (verdict.fate != MACHINE_DEPRECATED)
		return;
	if (verdict.removal > 0)
		text_printf(&until, ", and %s QEMU %u.%u%s",
			    verdict.computed ? "will be removed in" : "was removed in",
			    MAJOR(verdict.removal), MINOR(verdict.removal),
			    verdict.computed ? " (computed from QEMU's rule: 6 years)"
					     : "");
	if (verdict.since > 0)
		text_printf(&since, "since QEMU %u.%u", MAJOR(verdict.since),
			    MINOR(verdict.since));
	else
		text_printf(&since, "in QEMU %s of the host", told(check)->version);
	to_fix(check, check_found(check, type_element(check),
				  "Machine type %s is deprecated %s%s.", guest->machine,
				  since.s, until.n ? until.s : ""));
}

/* Lists the rule as skipped for a board of which only the existence is known. */
static bool was_started(struct check *check, const struct board *board)
{
	if (!board || board->least > 0)
		return board != NULL;
	check_skip(
		check, "board",
		"it is not known how much memory and how many vCPUs machine type %s needs",
		board->name);
	return false;
}

static void machine_memory(struct check *check)
{
	const struct guest *guest = check->guest;
	const struct board *board = board_of(check);
	_cleanup_free_ char *memory = NULL;
	_cleanup_text_ struct text given = {};
	uint64_t bytes;

	if (!was_started(check, board) || !guest_total_memory(guest, &bytes) ||
	    board_takes(board, bytes))
		return;
	memory = board_memory(board);
	text_add_size(&given, bytes);
	check_found(check, MAX(guest->memory_element, 0),
		    "The guest has %s of memory, but machine type %s has %s.", given.s,
		    board->name, memory);
}

static void board_vcpus(struct check *check)
{
	const struct guest *guest = check->guest;
	const struct board *board = board_of(check);
	uint64_t vcpus = guest->vcpus.state == VALUE_ABSENT ? 1 : guest->vcpus.value;

	if (!was_started(check, board) || guest->vcpus.state == VALUE_MALFORMED ||
	    vcpus == 0 || vcpus >= board->least)
		return;
	check_set_remedy(
		check_found(
			check, MAX(guest->vcpu_element, 0),
			"The guest has %llu vCPU%s, but machine type %s has at least %u.",
			ULL(vcpus), vcpus == 1 ? "" : "s", board->name, board->least),
		"Write <vcpu>%u</vcpu>.", board->least);
}

/* libvirt turns ACPI off there, and only machine type virt has the option. */
static void board_acpi(struct check *check)
{
	const struct guest *guest = check->guest;

	if (guest->machine && streq_null(guest->architecture, "aarch64") &&
	    guest->acpi_element < 0 && !guest_is_virt(guest))
		check_found(
			check, type_element(check),
			"libvirt %u.%u turns ACPI off for machine type %s, which does not have that option.",
			MAJOR(check->options->target.libvirt),
			MINOR(check->options->target.libvirt), guest->machine);
}

/* Boards with a sound card of their own, for which libvirt names no back end. */
static const char *const sounding_boards[] = {
	"integratorcp",   "musicpal",        "realview-eb", "realview-eb-mpcore",
	"realview-pb-a8", "realview-pbx-a9", "versatileab", "versatilepb",
	"vexpress-a15",   "vexpress-a9",
};

static bool names_sound(const struct commandline *commandline)
{
	for (size_t i = 0; i < commandline->unknown.n; i++)
		if (strstr(commandline->unknown.v[i].text, "audiodev="))
			return true;
	return false;
}

static void board_audio(struct check *check)
{
	const struct guest *guest = check->guest;

	for (size_t i = 0; guest->machine && i < ARRAY_SIZE(sounding_boards); i++)
		if (streq(guest->machine, sounding_boards[i]) &&
		    !names_sound(&guest->commandline))
			check_found(
				check, type_element(check),
				"Machine type %s has a sound card, for which libvirt gives QEMU no back end.",
				guest->machine);
}

/* <FEATURE state=>; an element without it is on. */
static bool feature_is(const struct check *check, const char *path, bool on)
{
	int element = document_find(check->document, 0, path);
	const char *state =
		element < 0 ? NULL
			    : document_attribute(check->document, element, "state");

	return element >= 0 && (state ? streq(state, on ? "on" : "off") : on);
}

/* A mouse and a keyboard of a PC are on PS/2 unless they say otherwise. */
static bool is_on_ps2(const struct guest *guest, const struct guest_device *device)
{
	bool classic =
		streq_null(device->type, "mouse") || streq_null(device->type, "keyboard");

	return streq(device->tag, "input") && device->element >= 0 &&
	       (device->bus ? streq(device->bus, "ps2")
			    : classic && !guest_is_virt(guest));
}

static void ps2_off(struct check *check)
{
	const struct guest *guest = check->guest;

	if (!feature_is(check, "features/ps2", false))
		return;
	for (size_t i = 0; i < guest->devices.n; i++)
		if (is_on_ps2(guest, &guest->devices.v[i]))
			check_found(check, guest->devices.v[i].element,
				    "The %s is on PS/2, which is off.",
				    guest->devices.v[i].type);
	if (feature_is(check, "features/vmport", true))
		check_found(check, document_find(check->document, 0, "features/vmport"),
			    "<vmport> is on, but PS/2, which it needs, is off.");
}

/* Tried with QEMU 7.2 and libvirt 9.0 only. */
#define TRIED_QEMU    VERSION_OF(8, 0)
#define TRIED_LIBVIRT VERSION_OF(9, 1)

/* With a newer QEMU, memory-needs-cell has an error about them. */
static bool tried_devices(const struct check *check)
{
	return check->guest->cells.n == 0 &&
	       check->options->target.libvirt < TRIED_LIBVIRT &&
	       check->options->target.qemu < TRIED_QEMU;
}

bool check_refuses_on_s390x(const struct check *check)
{
	const struct guest *guest = check->guest;
	bool refuses = guest->cells.n > 0;

	for (size_t i = 0; tried_devices(check) && i < guest->devices.n; i++)
		refuses |= guest_needs_slot(&guest->devices.v[i]);
	return refuses && streq_null(guest->architecture, "s390x") &&
	       check->options->target.qemu < TRIED_QEMU;
}

static void s390_memory(struct check *check)
{
	const struct guest *guest = check->guest;

	if (!streq_null(guest->architecture, "s390x"))
		return;
	if (guest->cells.n > 0)
		check_found(check, guest->cells.v[0].element,
			    "There are cells, but an s390x machine has no NUMA nodes%s.",
			    check->options->target.qemu < TRIED_QEMU
				    ? ""
				    : ": QEMU 7.2 exits");
	for (size_t i = 0; tried_devices(check) && i < guest->devices.n; i++)
		if (guest_needs_slot(&guest->devices.v[i]))
			check_found(
				check, guest->devices.v[i].element,
				"An s390x machine takes no memory device of model %s.",
				guest->devices.v[i].model);
}

const struct rule machine_rules[] = {
	{RULE("machine-exists", machine_exists, ERROR, 0, LIBVIRT),
	 .what = "QEMU has the machine type.",
	 .why = "libvirt refuses a domain whose machine type the emulator does not have: one that is newer, one that was removed, or a name that no QEMU ever had, such as pc-q35 without a version.",
	 .to_fix =
		 "Use a machine type that the emulator has (virsh capabilities lists them), or give the versions that you have with --target.",
	 .source = LV "qemu/qemu_validate.c; QEMU include/hw/core/boards.h",
	 .remedy = REMEDY_EDIT},
	{RULE("machine-deprecated", machine_deprecated, INFO, 0, NOBODY),
	 .what = "The machine type is not one that QEMU will soon remove.",
	 .why = "QEMU deprecates a machine type after 3 years and removes it after 6; the guest no longer starts then, nor can its saved state be restored.",
	 .to_fix =
		 "Use a newer machine type for new guests, and plan when to change it in this one.",
	 .source = "QEMU docs/about/deprecated.rst", .remedy = REMEDY_EDIT},
	{RULE("machine-memory", machine_memory, ERROR, 0, QEMU),
	 .what = "The machine type can have as much memory as the guest has.",
	 .why = "Models of old boards have the address space of the board, such as 256 MiB of versatilepb, and many have exactly the memory of the board, such as 1 GiB of raspi2b. libvirt defines the domain, and QEMU exits.",
	 .to_fix = "Change <memory>, or use machine type virt.",
	 .source = "measured with each board of QEMU 7.2, and some of 10.0 and 11.1",
	 .remedy = REMEDY_EDIT},
	{RULE("s390-memory", s390_memory, ERROR, 0, QEMU),
	 .what = "A domain of architecture s390x has neither cells nor DIMMs.",
	 .why = "QEMU 7.2 exits (\"NUMA is not supported by this machine-type\"), and libvirt 9.0 refuses such memory devices.",
	 .to_fix = "Remove <numa> and the memory devices.",
	 .source = "QEMU 7.2 hw/core/machine.c; tested with libvirt 9.0",
	 .qemu = {.until = TRIED_QEMU},
	 .outside = "Newer versions were not tried; virt-layout check gives a warning.",
	 .warns_outside = true, .untried = "The tests have no QEMU for s390x.",
	 .remedy = REMEDY_EDIT},
	{RULE("board-vcpus", board_vcpus, ERROR, 0, QEMU),
	 .what = "The guest has all vCPUs of a board that exists only with all of them.",
	 .why = "Models of boards such as raspi2b have all CPUs of the board. libvirt defines a domain with fewer, and QEMU exits (\"Invalid SMP CPUs\").",
	 .to_fix = "Increase <vcpu>, or use machine type virt.",
	 .source =
		 "QEMU hw/core/machine-smp.c; measured with each board of QEMU 7.2, and some of 10.0 and 11.1",
	 .remedy = REMEDY_EDIT},
	{RULE("board-acpi", board_acpi, ERROR, 0, QEMU),
	 .what = "On aarch64, libvirt 9.0 starts only guests of machine type virt.",
	 .why = "It turns ACPI off for a guest without <acpi/>. The other machine types do not have that option, and QEMU exits (\"Property not found\").",
	 .to_fix =
		 "Use arch='armv7l' for a board of 32 bits, machine type virt, or a newer libvirt.",
	 .source =
		 "measured with all machine types of QEMU 7.2 and 10.0 for aarch64 and armv7l",
	 .libvirt = {.until = VERSION_OF(9, 1)},
	 .outside =
		 "libvirt 11.3 and 12.9 do not turn it off; 9.1 to 11.2 were not tried.",
	 .remedy = REMEDY_EDIT},
	{RULE("board-audio", board_audio, ERROR, 0, QEMU),
	 .what = "The machine type has no sound card of its own.",
	 .why = "libvirt has no element that gives the sound card of a board (integratorcp, musicpal, realview, versatile, vexpress) its back end, and QEMU exits (\"no default audio driver available\").",
	 .to_fix =
		 "Use machine type virt or another board, or add <qemu:arg value='-machine'/><qemu:arg value='audiodev=audio1'/> to <qemu:commandline>.",
	 .source = "QEMU audio/audio.c; measured with all boards of 7.2, 10.0 and 11.1",
	 .qemu = {.since = VERSION_OF(10, 0)},
	 .outside = "QEMU 7.2 starts the guest; 8.0 to 9.2 were not tried.",
	 .remedy = REMEDY_EDIT},
	{RULE("ps2-off", ps2_off, ERROR, 0, LIBVIRT),
	 .what = "With <ps2 state='off'/>, there is no input device on PS/2, and <vmport> is not on.",
	 .why = "libvirt refuses the domain.",
	 .to_fix = "Move the input devices to USB or virtio, or remove <ps2>.",
	 .source =
		 "libvirt 11.3 src/conf/domain_validate.c; src/qemu/qemu_validate.c; measured",
	 .libvirt = {.since = VERSION_OF(10, 7)},
	 .outside = "libvirt does not know <ps2> (see feature-version).",
	 .remedy = REMEDY_EDIT},
	{},
};

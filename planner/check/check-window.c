/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether firmware finds addresses for large 64-bit BARs (planner/guest/window.h): those
 * of host devices and of shared memory.
 */
#include "planner/check/host.h"

#include "planner/guest/window-use.h"

#define SMALL_BYTES (UINT64_C(1) << 30) /* less always fits */
#define GIB         (UINT64_C(1) << 30)

static const char *firmware_name(const struct window_guest *guest)
{
	return guest->firmware == WINDOW_SEABIOS ? "SeaBIOS" : "UEFI firmware (edk2)";
}

static bool emulates(const struct check *check)
{
	return streq_null(check->guest->type, "qemu");
}

/* Where a fact is found, or that the given description of the host lacks it. */
static void add_fact(struct text *text, const struct check *check, const char *fact)
{
	text_printf(text, " (%s in a record of the host, %s)", fact,
		    check->host ? "which the given description does not have" : "--host");
}

static void say_bits(struct text *text, const struct check *check,
		     const struct window_use *use)
{
	const char *model = check->guest->cpu_model;
	bool arm = guest_is_virt(check->guest);

	if (use->host_bits)
		text_adds(text, "the number of address bits of the host's CPU");
	else if (arm && model)
		text_printf(text, "the number of address bits of CPU model %s", model);
	else
		text_adds(text, "the number of address bits of the guest's CPU");
	if (use->host_bits && !arm)
		add_fact(text, check, "cpu.address-bits");
	else if (use->host_bits)
		text_adds(
			text,
			" (cpu.address-bits, which you have to add to a record of an Arm host)");
	else if (arm)
		text_adds(text,
			  " (which was not measured; <cpu mode='maximum'/> has 52)");
	else
		text_adds(text, " (<maxphysaddr mode='emulate' bits=''/> in <cpu>)");
}

static void say_vendor(struct text *text, const struct check *check,
		       const struct window_use *use)
{
	(void)use;
	text_adds(text, "the vendor of the guest's CPU");
	add_fact(text, check, "cpu.vendor");
}

static void say_pages(struct text *text, const struct check *check,
		      const struct window_use *use)
{
	(void)use;
	text_adds(text, "whether the guest's CPU has pages of 1 GiB");
	if (check->guest->cpu_model)
		text_adds(
			text,
			" (<feature policy='require' name='pdpe1gb'/>, or policy='disable')");
	else
		add_fact(text, check, "cpu.pdpe1gb");
}

static void say_version(struct text *text, const struct check *check,
			const struct window_use *use)
{
	text_printf(text, "the firmware's version (--target firmware=%s, for example%s)",
		    use->guest.firmware == WINDOW_SEABIOS ? "seabios-1.17"
							  : "edk2-2025.02",
		    check->host ? "" : ", or --host");
}

static void say_release(struct text *text, const struct check *check,
			const struct window_use *use)
{
	(void)check;
	text_adds(text, "what ");
	text_add_firmware(text, use->guest.firmware != WINDOW_SEABIOS,
			  use->guest.version);
	text_adds(text, " does (which was not measured, and those that were differ)");
}

static void say_unmeasured(struct text *text, const struct check *check,
			   const struct window_use *use)
{
	(void)check;
	text_adds(text, "what ");
	text_add_firmware(text, use->guest.firmware != WINDOW_SEABIOS,
			  use->guest.version);
	text_printf(
		text,
		" does with more than %d address bits (which was not measured; <maxphysaddr mode='emulate' bits='%d'/> in <cpu> avoids it)",
		WINDOW_MOST_MEASURED, WINDOW_MOST_MEASURED);
}

static const struct unknown_row {
	enum window_unknown what;
	const char *needs;
	void (*say)(struct text *text, const struct check *check,
		    const struct window_use *use);
} unknown_rows[] = {
	{WINDOW_BITS, "address-bits", say_bits},
	{WINDOW_VENDOR, "cpu.vendor", say_vendor},
	{WINDOW_PAGES, "cpu.pdpe1gb", say_pages},
	{WINDOW_VERSION, "firmware-version", say_version},
	{WINDOW_RELEASE, "firmware-version", say_release},
	{WINDOW_UNMEASURED, "firmware-version", say_unmeasured},
};

/* What the answer depends on and is not known, and what gives it. */
static void say_unknown(struct check *check, const struct window_use *use)
{
	unsigned unknown = window_unknown(&use->guest);
	_cleanup_text_ struct text text = {};
	const char *needs = NULL;

	/* A version that is known, or fewer bits, may not lead there. */
	if (unknown & (WINDOW_VERSION | WINDOW_BITS))
		unknown &= ~(unsigned)WINDOW_UNMEASURED;
	for (size_t i = 0; i < ARRAY_SIZE(unknown_rows); i++) {
		const struct unknown_row *row = &unknown_rows[i];

		if (!(unknown & (unsigned)row->what))
			continue;
		unknown &= ~(unsigned)row->what;
		text_adds(&text, !needs ? "" : unknown ? ", " : " and ");
		row->say(&text, check, use);
		if (!needs)
			needs = row->what == WINDOW_BITS && use->host_bits
					? "cpu.address-bits"
					: row->needs;
	}
	check_skip(check, needs,
		   "whether %s finds addresses for %llu GiB of 64-bit BARs depends on %s",
		   firmware_name(&use->guest), ULL(use->guest.sum_bytes / GIB), text.s);
}

/* The <cpu> with which they fit; false if there is none. */
static bool add_cpu(struct text *text, const struct check *check,
		    const struct window_use *use)
{
	struct window_guest wanted = use->guest;
	bool emulated = emulates(check), pages;
	unsigned bits, of_host = check_host_address_bits(check, 0);

	if (use->guest.firmware == WINDOW_EDK2_ARM)
		return false;
	wanted.pages = KNOWN_YES;
	bits = window_needed_bits(&wanted);
	if (bits == 0 || (!emulated && of_host > 0 && bits > of_host) ||
	    (use->host_bits && bits > use->guest.bits))
		return false;
	pages = use->guest.pages == KNOWN_NO && use->guest.firmware == WINDOW_EDK2;
	if (!emulated && of_host == 0)
		text_printf(
			text,
			"If the host's CPU has %u address bits or more, use <cpu mode='host-passthrough'/>, or write",
			bits);
	else if (!emulated)
		text_adds(text, "Use <cpu mode='host-passthrough'/>, or write");
	else
		text_adds(text, "Write");
	if (bits > use->guest.bits || !pages)
		text_printf(text, " <maxphysaddr mode='emulate' bits='%u'/>%s", bits,
			    pages ? " and" : "");
	if (pages)
		text_adds(text, " <feature policy='require' name='pdpe1gb'/>");
	text_adds(text, " in <cpu>.");
	return true;
}

/* The window of machine type virt; QEMU leaves it out if the CPU has too few bits for it.
 */
static bool add_hole(struct text *text, const struct check *check,
		     const struct window_use *use)
{
	_cleanup_free_ char *versions = feature_needs(FEATURE_HOLE64_VIRT);
	unsigned of_host = emulates(check) ? 0 : check_host_address_bits(check, 0);
	struct window_guest wanted = use->guest;
	bool more;
	uint64_t hole;

	more = wanted.bits > 0 && window_needed_hole(&wanted) == 0;
	if (wanted.bits == 0 || more)
		wanted.bits = 52;
	hole = wanted.hole_bytes = window_needed_hole(&wanted);
	if (hole == 0)
		return false;
	wanted.bits = 0;
	if (of_host > 0 && window_needed_bits(&wanted) > of_host)
		return false;
	if (more)
		text_printf(text,
			    "Give the guest a CPU with %u address bits or more%s, and w",
			    window_needed_bits(&wanted),
			    emulates(check) ? " (<cpu mode='maximum'/> has 52)" : "");
	else if (use->guest.bits == 0)
		text_printf(text, "If the guest's CPU has %u address bits or more, w",
			    window_needed_bits(&wanted));
	else
		text_adds(text, "W");
	text_printf(
		text,
		"rite <pcihole64 unit='GiB'>%llu</pcihole64> in PCI controller 0 (needs %s).",
		ULL(hole / GIB), versions);
	return true;
}

static bool add_option(struct text *text, const struct check *check,
		       const struct window_use *use)
{
	uint64_t bytes = window_needed_option(&use->guest);

	(void)check;
	if (bytes == 0)
		return false;
	text_printf(
		text,
		"%sgive the firmware the size in <qemu:commandline>: <qemu:arg value='-fw_cfg'/><qemu:arg value='name=opt/ovmf/X-PciMmio64Mb,string=%llu'/> (libvirt refuses it in <sysinfo>).",
		text->n > 0 ? " Or " : "", ULL(bytes >> 20));
	if (text->n > 0 && text->s[0] == 'g')
		text->s[0] = 'G';
	return true;
}

/* Whether they would fit if the CPU had all bits that any CPU has. */
static bool bits_are_too_few(const struct window_guest *guest)
{
	struct window_guest wanted = *guest;

	wanted.bits = 52;
	return guest->bits > 0 && window_fits(&wanted) == WINDOW_YES;
}

/* What is too little, as the firmware sees it. */
static char *shortage(const struct window_guest *guest)
{
	if (guest->firmware == WINDOW_EDK2_ARM && !bits_are_too_few(guest))
		return xasprintf("the window of machine type virt has %llu GiB",
				 ULL((guest->hole_bytes > 0 ? guest->hole_bytes
							    : WINDOW_VIRT_BYTES) /
				     GIB));
	if (guest->firmware == WINDOW_EDK2 && guest->pages == KNOWN_NO &&
	    guest->bits > 40)
		return xstrdup("the guest's CPU has no pages of 1 GiB");
	return xasprintf("the guest's CPU has %u address bits", guest->bits);
}

/* What has to shrink, if no CPU that the guest can have is enough. */
static void add_reduction(struct text *text, const struct check *check,
			  const struct window_use *use)
{
	unsigned of_host = emulates(check) ? 0 : check_host_address_bits(check, 0);
	struct window_guest wanted = use->guest;

	wanted.bits = use->host_bits ? use->guest.bits : of_host > 0 ? of_host : 52;
	wanted.pages = KNOWN_YES;
	wanted.memory_end = MIN(use->guest.memory_end, 4 * GIB);
	if (of_host > 0)
		text_printf(text, "The host's CPU has only %u address bits. ", of_host);
	text_printf(
		text,
		"Give the guest fewer or smaller BARs: fewer host devices with large ones, or a smaller <shmem>%s.",
		window_fits(&wanted) == WINDOW_YES
			? ". Or reduce its memory, or <maxMemory>"
			: "");
}

static void say_no_room(struct check *check, const struct window_use *use)
{
	_cleanup_text_ struct text remedy = {};
	_cleanup_free_ char *why = shortage(&use->guest);
	struct finding *finding = check_found(
		check, use->element,
		"%s does not find addresses for all 64-bit BARs (%llu GiB, the largest %llu GiB), because %s.",
		firmware_name(&use->guest), ULL(use->guest.sum_bytes / GIB),
		ULL(use->guest.largest_bytes / GIB), why);

	finding->observed = xasprintf("%u", use->guest.bits);
	add_cpu(&remedy, check, use);
	add_hole(&remedy, check, use);
	add_option(&remedy, check, use);
	if (remedy.n == 0)
		add_reduction(&remedy, check, use);
	check_set_remedy(finding, "%s", remedy.s);
}

static void mmio64_fit(struct check *check)
{
	struct window_use use;

	window_use_read(check->guest, check->host, &check->options->target, &use);
	if (use.unlisted > 0 && !check->host)
		check_skip(check, "host", "no host is given (--host)");
	else if (use.unlisted > 0)
		check_skip(
			check, "hostdev",
			"the host's description does not have the BARs of %zu of the domain's host devices; virt-layout record describes those that the host has",
			use.unlisted);
	if (use.guest.sum_bytes < SMALL_BYTES)
		return;
	if (use.unsupported) {
		check_skip(
			check, "machine",
			"where firmware places 64-bit BARs was measured only on q35 and virt");
		return;
	}
	switch (window_fits(&use.guest)) {
	case WINDOW_YES:
		break;
	case WINDOW_NO:
		say_no_room(check, &use);
		break;
	case WINDOW_UNKNOWN:
		say_unknown(check, &use);
		break;
	}
}

const struct rule window_rules[] = {
	{RULE("mmio64-fit", mmio64_fit, WARNING, NEED_MACHINE, NOBODY),
	 .areas = AREA_WINDOW,
	 .what = "Firmware finds addresses for the 64-bit BARs of host devices and of shared memory (ivshmem).",
	 .why = "A BAR without an address is missing in the guest, so a large GPU, for example, cannot be used. Where firmware places BARs depends on its version and on the address bits of the guest's CPU; QEMU's models of x86 have 40.",
	 .to_fix =
		 "Give the guest a CPU with more address bits: <cpu mode='host-passthrough'/>, or <maxphysaddr>. On machine type virt, enlarge the window with <pcihole64>.",
	 .source =
		 "measured with SeaBIOS 1.16.2, 1.16.3 and 1.17.0 and edk2 2022.11, 2025.02 and 2026.08: tests/boot/windows.table; Arm models with QEMU 10.0 and 11.1",
	 .remedy = REMEDY_EDIT},
	{},
};

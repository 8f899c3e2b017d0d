/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sources: SeaBIOS 1.16.2 to 1.17.0 src/fw/pciinit.c (pci_bios_map_devices) and
 * paravirt.c (physbits), edk2 2022.11 to 2026.08 OvmfPkg PlatformInitLib MemDetect.c,
 * QEMU 7.2 hw/i386/pc.c and hw/arm/virt.c. Each branch agrees with all rows of
 * tests/boot/windows.table (the test guest/window).
 */
#include "planner/guest/window.h"

#include "planner/guest/target.h"

#define GIB        (UINT64_C(1) << 30)
#define MOST_BITS  52
#define LEAST_BITS 36
/* HyperTransport's range, which QEMU reserves in guests with a CPU of AMD. */
#define AMD_BITS 40
#define AMD_HOLE (UINT64_C(1012) << 30)
/* What edk2 and SeaBIOS give all small BARs together. */
#define SMALL GIB

/* One release that was measured. */
struct release {
	unsigned version;
	unsigned most_bits;  /* it uses no more address bits; 0: it ignores them */
	bool needs_pages;    /* more than 40 bits only if the CPU has pages of 1 GiB */
	unsigned part_shift; /* of edk2: its window is this part of the address space */
	unsigned most_measured; /* bits that it uses and that were measured; 0: all */
};

static const struct release seabios[] = {
	{VERSION_OF(1, 16) + 2, 0, false, 0},
	{VERSION_OF(1, 16) + 3, 46, false, 0},
	{VERSION_OF(1, 17), 44, false, 0},
};
static const struct release edk2[] = {
	{VERSION_OF(2022, 11), 47, true, 3, WINDOW_MOST_MEASURED},
	{VERSION_OF(2025, 2), 46, true, 3},
	{VERSION_OF(2026, 8), 46, true, 2},
};

static uint64_t round_up(uint64_t value, uint64_t granule)
{
	return (value + granule - 1) / granule * granule;
}

/*
 * Firmware does not believe 40 bits, which QEMU's models have by default whatever the
 * host's CPU has, unless the vendor made such CPUs.
 */
static bool believes(const struct window_guest *guest)
{
	if (guest->bits > 40)
		return true;
	return guest->amd == KNOWN_YES ? guest->bits == 40
				       : guest->bits == 36 || guest->bits == 39;
}

/* SeaBIOS puts the window above memory, or below the end of the address space. */
static bool fits_seabios(const struct window_guest *guest, const struct release *release)
{
	uint64_t small = guest->ports > 0 ? SMALL : 0, limit = UINT64_C(1) << guest->bits;
	uint64_t lowest = round_up(guest->memory_end + small, guest->largest_bytes);
	uint64_t size = guest->sum_bytes + small, top, first;
	unsigned bits = MIN(guest->bits, release->most_bits);

	if (release->most_bits == 0 || !believes(guest))
		return lowest <= limit && size <= limit - lowest;
	if (guest->ports > 0 && guest->memory_end > 4 * GIB)
		size = round_up(guest->sum_bytes +
					guest->ports * (UINT64_C(1) << (bits - 11)),
				guest->largest_bytes);
	top = UINT64_C(1) << bits;
	if (bits == AMD_BITS && guest->amd == KNOWN_YES)
		top = size <= top ? top - size : 0;
	if (size > top)
		return false;
	first = round_up(top - size, guest->largest_bytes);
	return first >= lowest && first + size <= limit;
}

/* The address bits that edk2 uses. */
static unsigned bits_of_edk2(const struct window_guest *guest,
			     const struct release *release)
{
	unsigned bits = MIN(guest->bits, release->most_bits);

	if (release->needs_pages && guest->pages != KNOWN_YES)
		bits = MIN(bits, 40u);
	return believes(guest) ? bits : guest->bits;
}

/*
 * edk2's window is of a fixed size: a part of the address space, at its end, or if that
 * is not possible, the size that the option gives, above memory.
 */
static bool fits_edk2(const struct window_guest *guest, const struct release *release)
{
	uint64_t need = guest->sum_bytes + (guest->ports > 0 ? SMALL : 0);
	uint64_t window = guest->option_bytes > 0 ? guest->option_bytes : 32 * GIB;
	uint64_t first = round_up(guest->memory_end, window), part, end;
	unsigned bits = bits_of_edk2(guest, release);

	part = UINT64_C(1) << (bits - release->part_shift);
	if (believes(guest) && window < part && first + part < UINT64_C(1) << bits)
		return need <= part;
	end = first + window;
	if (guest->amd == KNOWN_YES && first < AMD_HOLE && end > AMD_HOLE)
		end = AMD_HOLE;
	return need <= end - first && first + window <= UINT64_C(1) << bits;
}

/* The window of machine type virt has a fixed size, too; QEMU places it. */
static bool fits_virt(const struct window_guest *guest)
{
	uint64_t window = guest->hole_bytes > 0 ? guest->hole_bytes : WINDOW_VIRT_BYTES;
	uint64_t first = round_up(guest->memory_end, window);

	return guest->sum_bytes + (guest->ports > 0 ? SMALL : 0) <= window &&
	       first + window <= UINT64_C(1) << guest->bits;
}

static bool fits(const struct window_guest *guest, const struct release *release)
{
	switch (guest->firmware) {
	case WINDOW_SEABIOS:
		return fits_seabios(guest, release);
	case WINDOW_EDK2:
		return fits_edk2(guest, release);
	case WINDOW_EDK2_ARM:
		break;
	}
	return fits_virt(guest);
}

/* Without KVM, edk2 2022.11 takes too long if it uses more than 46 bits. */
static bool is_unmeasured(const struct window_guest *guest, const struct release *release)
{
	return guest->firmware == WINDOW_EDK2 && release->most_measured > 0 &&
	       bits_of_edk2(guest, release) > release->most_measured;
}

/* QEMU starts only if memory and, on q35, a window of 32 GiB are below the limit. */
static unsigned least_bits(const struct window_guest *guest)
{
	unsigned bits = guest->firmware == WINDOW_EDK2_ARM ? 40 : LEAST_BITS;

	while (bits < MOST_BITS && guest->memory_end + 32 * GIB > UINT64_C(1) << bits)
		bits++;
	return bits;
}

/* The releases that the guest's may be like: a release between two that were measured, or
 * beyond them, may be like either or all of them. */
static void find_releases(const struct window_guest *guest, size_t *ret_first,
			  size_t *ret_last)
{
	bool bios = guest->firmware == WINDOW_SEABIOS;
	const struct release *rows = bios ? seabios : edk2;
	size_t n = bios ? ARRAY_SIZE(seabios) : ARRAY_SIZE(edk2);

	*ret_first = 0;
	*ret_last = n - 1;
	for (size_t i = 0; guest->version > 0 && i < n; i++) {
		if (guest->version == rows[i].version)
			*ret_first = *ret_last = i;
		else if (i + 1 < n && guest->version > rows[i].version &&
			 guest->version < rows[i + 1].version) {
			*ret_first = i;
			*ret_last = i + 1;
		}
	}
}

/* Something that is not known, and the values that it may have. */
struct axis {
	enum window_unknown what;
	size_t first, n;
};

#define MOST_AXES 4

/* Every combination of the values is a trial. */
struct trials {
	const struct window_guest *guest;
	struct axis axes[MOST_AXES];
	size_t n_axes, n;
};

static void add_axis(struct trials *trials, enum window_unknown what, size_t first,
		     size_t last)
{
	struct axis *axis = &trials->axes[trials->n_axes++];

	*axis = (struct axis){what, first, last - first + 1};
	trials->n *= axis->n;
}

static struct trials list_trials(const struct window_guest *guest)
{
	struct trials trials = {.guest = guest, .n = 1};
	size_t first, last;

	find_releases(guest, &first, &last);
	add_axis(&trials, guest->version > 0 ? WINDOW_RELEASE : WINDOW_VERSION, first,
		 last);
	if (guest->bits == 0)
		add_axis(&trials, WINDOW_BITS, least_bits(guest), MOST_BITS);
	if (guest->amd == KNOWN_UNKNOWN)
		add_axis(&trials, WINDOW_VENDOR, KNOWN_NO, KNOWN_YES);
	if (guest->pages == KNOWN_UNKNOWN)
		add_axis(&trials, WINDOW_PAGES, KNOWN_NO, KNOWN_YES);
	return trials;
}

/* The answer of a trial; WINDOW_UNKNOWN: it was not measured. */
static enum window_fits try_one(const struct trials *trials, size_t number)
{
	struct window_guest known = *trials->guest;
	const struct release *release = known.firmware == WINDOW_SEABIOS ? seabios : edk2;

	for (size_t i = 0; i < trials->n_axes; i++) {
		const struct axis *axis = &trials->axes[i];
		size_t value = axis->first + number % axis->n;

		number /= axis->n;
		switch (axis->what) {
		case WINDOW_BITS:
			known.bits = (unsigned)value;
			break;
		case WINDOW_VENDOR:
			known.amd = (enum known)value;
			break;
		case WINDOW_PAGES:
			known.pages = (enum known)value;
			break;
		case WINDOW_VERSION:
		case WINDOW_RELEASE:
		case WINDOW_UNMEASURED:
			release += value;
			break;
		}
	}
	if (is_unmeasured(&known, release))
		return WINDOW_UNKNOWN;
	return fits(&known, release) ? WINDOW_YES : WINDOW_NO;
}

enum window_fits window_fits(const struct window_guest *guest)
{
	struct trials trials = list_trials(guest);
	enum window_fits answer = try_one(&trials, 0);

	for (size_t i = 1; i < trials.n; i++)
		if (try_one(&trials, i) != answer)
			return WINDOW_UNKNOWN;
	return answer;
}

unsigned window_unknown(const struct window_guest *guest)
{
	struct trials trials = list_trials(guest);
	unsigned unknown = 0;

	for (size_t i = 0; i < trials.n; i++) {
		enum window_fits answer = try_one(&trials, i);
		size_t step = 1;

		if (answer == WINDOW_UNKNOWN)
			unknown |= WINDOW_UNMEASURED;
		/* Whether it has another answer than the same trial with the first value.
		 */
		for (size_t j = 0; j < trials.n_axes; j++) {
			const struct axis *axis = &trials.axes[j];
			size_t place = i / step % axis->n;

			if (try_one(&trials, i - place * step) != answer)
				unknown |= axis->what;
			step *= axis->n;
		}
	}
	return unknown;
}

unsigned window_needed_bits(const struct window_guest *guest)
{
	struct window_guest other = *guest;

	for (other.bits = MAX(least_bits(guest), guest->bits); other.bits <= MOST_BITS;
	     other.bits++)
		if (window_fits(&other) == WINDOW_YES)
			return other.bits;
	return 0;
}

uint64_t window_needed_option(const struct window_guest *guest)
{
	struct window_guest other = *guest;

	if (guest->firmware != WINDOW_EDK2)
		return 0;
	for (other.option_bytes = GIB; other.option_bytes < UINT64_C(1) << MOST_BITS;
	     other.option_bytes *= 2)
		if (window_fits(&other) == WINDOW_YES)
			return other.option_bytes;
	return 0;
}

uint64_t window_needed_hole(const struct window_guest *guest)
{
	struct window_guest other = *guest;

	if (guest->firmware != WINDOW_EDK2_ARM)
		return 0;
	for (other.hole_bytes = WINDOW_VIRT_BYTES;
	     other.hole_bytes < UINT64_C(1) << MOST_BITS; other.hole_bytes *= 2)
		if (window_fits(&other) == WINDOW_YES)
			return other.hole_bytes;
	return 0;
}

struct window_bars window_bars_of(const struct machine_function *function)
{
	uint64_t sum = 0, largest = 0;

	for (int i = 0; i < MACHINE_BARS; i++) {
		const struct machine_bar *bar = &function->bars[i];

		if (!(bar->flags & BAR_64BIT) || !(bar->flags & BAR_PREFETCHABLE) ||
		    bar->size_bytes > UINT64_C(1) << MOST_BITS)
			continue;
		sum += bar->size_bytes;
		largest = MAX(largest, bar->size_bytes);
	}
	if (largest == 0)
		return (struct window_bars){};
	largest = MAX(largest, UINT64_C(1) << 20);
	return (struct window_bars){round_up(sum, largest), largest};
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Backing memory, huge pages and pins, as far as the domain alone tells. Sources: libvirt
 * 9.0 src/conf/numa_conf.c (memnode), src/qemu/qemu_validate.c (huge pages),
 * src/conf/domain_conf.c (cputune).
 */
#include "planner/check/rules.h"

#include "base/first.h"

#include "planner/guest/device-kind.h"

void pin_vcpu(struct check *check)
{
	const struct guest *guest = check->guest;
	struct set seen = {};

	for (size_t i = 0; i < guest->vcpupins.n; i++) {
		const struct guest_pin *pin = &guest->vcpupins.v[i];

		if (pin->id.state != VALUE_VALID || pin->id.value >= 16384)
			continue;
		if (set_has(&seen, (unsigned)pin->id.value))
			check_found(check, pin->element, "vCPU %llu is pinned twice.",
				    ULL(pin->id.value));
		set_add(&seen, (unsigned)pin->id.value);
	}
	set_free(&seen);
}

/*
 * libvirt gives ids from 1 on to those that <iothreadids> does not name, and makes as
 * many as there are names if those are more (virDomainDefIOThreads*).
 */
static bool iothread_is_there(const struct check *check, uint64_t id)
{
	const struct guest *guest = check->guest;
	const struct document *document = check->document;
	uint64_t named = 0, free_below = 0, count;
	int row = -1;

	if (guest->iothread_ids_element >= 0)
		row = document_child(document, guest->iothread_ids_element, "iothread");
	for (; row >= 0; row = document_next(document, row, "iothread"), named++) {
		const char *text = document_attribute(document, row, "id");
		int other;

		if (!text || !parse_int(text, &other))
			return true; /* not ours to judge */
		if (other == (int64_t)id)
			return true;
		free_below += (uint64_t)other < id;
	}
	if (id == 0 || guest->iothreads.state == VALUE_MALFORMED)
		return id != 0;
	count = guest->iothreads.state == VALUE_VALID ? guest->iothreads.value : 0;
	return count > named && id - free_below <= count - named;
}

static void say_iothread(struct check *check, int element, struct guest_number id,
			 const char *what)
{
	if (element >= 0 && id.state == VALUE_VALID &&
	    !iothread_is_there(check, id.value))
		check_found(check, element, "%s iothread %llu, which does not exist.",
			    what, ULL(id.value));
}

/* <iothreadsched iothreads='1-2'/>: libvirt looks each of them up, in ascending order. */
static void judge_scheduled(struct check *check, int element)
{
	const char *list = document_attribute(check->document, element, "iothreads");
	_cleanup_set_ struct set ids = {};

	if (!list || !set_parse(list, true, &ids))
		return;
	set_foreach (id, &ids)
		if (!iothread_is_there(check, (uint64_t)id)) {
			check_found(
				check, element,
				"The scheduler is set for iothread %d, which does not exist.",
				id);
			return;
		}
}

/* <driver><iothreads><iothread id='1'/> of a disk, where libvirt reads it. */
static void judge_mapped(struct check *check, const struct guest_device *device)
{
	const struct document *document = check->document;
	int row = document_find(document, device->element, "driver/iothreads");
	uint64_t id;

	if (row < 0 || !target_has(&check->options->target, FEATURE_IOTHREAD_VQ_MAPPING))
		return;
	for (row = document_child(document, row, "iothread"); row >= 0;
	     row = document_next(document, row, "iothread")) {
		const char *text = document_attribute(document, row, "id");

		if (text && parse_u64(text, &id))
			say_iothread(check, row, number_of(id), "Its requests go to");
	}
}

static void judge_schedulers(struct check *check)
{
	const struct document *document = check->document;
	int row = check->guest->cputune_element;

	for (row = row < 0 ? -1 : document_child(document, row, "iothreadsched");
	     row >= 0; row = document_next(document, row, "iothreadsched"))
		judge_scheduled(check, row);
}

void iothread_exists(struct check *check)
{
	const struct guest *guest = check->guest;

	judge_schedulers(check);

	for (size_t i = 0; i < guest->iothreadpins.n; i++)
		say_iothread(check, guest->iothreadpins.v[i].element,
			     guest->iothreadpins.v[i].id, "A pin of");
	for (size_t i = 0; i < guest->devices.n; i++) {
		say_iothread(check, guest->devices.v[i].element,
			     guest->devices.v[i].driver_iothread, "Its requests go to");
		if (guest->devices.v[i].iothreads_mapped)
			judge_mapped(check, &guest->devices.v[i]);
	}
	for (size_t i = 0; i < guest->controllers.n; i++)
		say_iothread(check, guest->controllers.v[i].element,
			     guest->controllers.v[i].driver_iothread,
			     "Its requests go to");
}

/* Every pin names one CPU: then they are meant to be alone on it. */
static bool pins_are_single(const struct guest *guest)
{
	for (size_t i = 0; i < guest->vcpupins.n; i++)
		if (set_count(&guest->vcpupins.v[i].cpus.set) != 1)
			return false;
	return guest->vcpupins.n > 0;
}

void pin_shared(struct check *check)
{
	const struct guest *guest = check->guest;
	_cleanup_firsts_ struct firsts seen = {};

	if (!pins_are_single(guest))
		return;
	for (size_t i = 0; i < guest->vcpupins.n; i++) {
		const struct guest_pin *b = &guest->vcpupins.v[i], *a;
		int cpu = set_first(&b->cpus.set);
		int other = first_add(&seen, NULL, (uint64_t)cpu, (int)i);

		/* A vCPU that is pinned twice shares with the first other one. */
		if (guest->vcpupins.v[other].id.value != b->id.value)
			first_add(&seen, "another", (uint64_t)cpu, (int)i);
		else
			other = first_find(&seen, "another", (uint64_t)cpu);
		if (other < 0)
			continue;
		a = &guest->vcpupins.v[other];
		check_relate(
			check,
			check_found(
				check, b->element,
				"vCPUs %llu and %llu are pinned to the same host CPU %d.",
				ULL(a->id.value), ULL(b->id.value), cpu),
			a->element);
	}
}

void emulator_shares(struct check *check)
{
	const struct guest *guest = check->guest;
	struct set pinned = {};

	for (size_t i = 0; i < guest->vcpupins.n; i++)
		set_union(&pinned, &guest->vcpupins.v[i].cpus.set);
	if (pins_are_single(guest) && set_intersects(&pinned, &guest->emulatorpin.set))
		check_found(
			check, guest->emulatorpin_element,
			"The emulator may run on host CPUs that vCPUs are pinned to.");
	set_free(&pinned);
}

static bool is_hostdev(const struct guest_device *device)
{
	return device->source.state == VALUE_VALID && !streq(device->tag, "disk");
}

static unsigned count_hostdevs(const struct guest *guest)
{
	unsigned count = 0;

	for (size_t i = 0; i < guest->devices.n; i++)
		count += is_hostdev(&guest->devices.v[i]);
	return count;
}

void balloon_with_hostdev(struct check *check)
{
	const struct guest *guest = check->guest;

	if (count_hostdevs(guest) == 0)
		return;
	for (size_t i = 0; i < guest->devices.n; i++)
		if (streq(guest->devices.v[i].tag, "memballoon") &&
		    !streq_null(guest->devices.v[i].model, "none"))
			check_found(
				check, guest->devices.v[i].element,
				"A host device is assigned, so all memory is pinned and the memory balloon can give none back.");
}

void memlock_limit(struct check *check)
{
	const struct guest *guest = check->guest;
	unsigned factor = guest->iommus.n ? count_hostdevs(guest) : 1;
	uint64_t need;
	struct finding *finding;

	if (count_hostdevs(guest) == 0 || guest->memory_bytes.state != VALUE_VALID ||
	    guest->hard_limit_bytes.state != VALUE_VALID ||
	    __builtin_mul_overflow(guest->memory_bytes.value, factor, &need) ||
	    __builtin_add_overflow(need, UINT64_C(1) << 30, &need) ||
	    guest->hard_limit_bytes.value >= need)
		return;
	finding = check_found(
		check, 0,
		"hard_limit is %llu KiB, but %u assigned device%s pin%s %llu KiB%s.",
		ULL(guest->hard_limit_bytes.value / 1024), count_hostdevs(guest),
		count_hostdevs(guest) == 1 ? "" : "s",
		count_hostdevs(guest) == 1 ? "s" : "", ULL(need / 1024),
		guest->iommus.n ? ", the memory once for each behind the guest's IOMMU"
				: "");
	finding->expected = xasprintf("%llu", ULL(need / 1024));
}

void cmdline_hides(struct check *check)
{
	static const char *const words[] = {"vfio-pci",     "intel-iommu",   "amd-iommu",
					    "virtio-iommu", "smmuv3",        "pxb-pcie",
					    "pxb,",         "pcie-root-port"};

	for (size_t i = 0; i < check->guest->qemu_arguments.n; i++)
		for (size_t j = 0; j < ARRAY_SIZE(words); j++)
			if (strstr(check->guest->qemu_arguments.v[i], words[j])) {
				check_found(
					check, 0,
					"<qemu:commandline> adds %s, which libvirt then counts neither as a device nor in its bus numbers and locked memory.",
					words[j]);
				break;
			}
}

void host_literals(struct check *check)
{
	const struct guest *guest = check->guest;
	unsigned hostdevs = count_hostdevs(guest);

	if (hostdevs + guest->vcpupins.n + guest->memnodes.n == 0)
		return;
	check_found(
		check, 0,
		"This domain is bound to one host by %u host device%s, %zu vCPU pin%s and %zu memnode%s.",
		hostdevs, hostdevs == 1 ? "" : "s", guest->vcpupins.n,
		guest->vcpupins.n == 1 ? "" : "s", guest->memnodes.n,
		guest->memnodes.n == 1 ? "" : "s");
}

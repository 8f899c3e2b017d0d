/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * check-host-caches.c - the L3 caches that an x86 guest sees, and those that its vCPUs
 * have on the host. By default and with <cache mode='emulate'>, QEMU gives each die of
 * the guest one L3 (measured with QEMU 7.2: two sockets of two dies have four). With
 * mode='passthrough', CPUID has the number of CPUs that share the host's L3, and the
 * kernel groups APIC ids by it (QEMU target/i386/cpu.c, leaf 4; not run: needs KVM). No
 * libvirt up to 12.9 has XML for QEMU's smp-cache.
 */
#include "planner/check/host.h"

#define L3 3

/* How the vCPUs of a package are numbered; an APIC id has a field of bits for each. */
struct shape {
	unsigned dies, cores, threads;
	unsigned shared; /* with passthrough: how many CPUs share an L3; else 0 */
};

static unsigned bits_for(unsigned count)
{
	unsigned bits = 0;

	while (bits < 31 && 1u << bits < count)
		bits++;
	return bits;
}

/* 1 if it is absent; 0 if it is unusable. */
static unsigned count_of(struct guest_number number)
{
	if (number.state == VALUE_ABSENT)
		return 1;
	return number.state == VALUE_VALID && number.value <= UINT16_MAX
		       ? (unsigned)number.value
		       : 0;
}

/* A number for the guest's L3 of a vCPU: the same for those that share one. */
static uint64_t guest_l3(const struct shape *shape, unsigned vcpu)
{
	unsigned thread = vcpu % shape->threads;
	unsigned core = vcpu / shape->threads % shape->cores;
	unsigned above = vcpu / shape->threads / shape->cores; /* package and die */
	unsigned core_bits = bits_for(shape->threads);
	unsigned die_bits = core_bits + bits_for(shape->cores);
	unsigned package_bits = die_bits + bits_for(shape->dies);
	uint64_t apic;

	if (!shape->shared)
		return above;
	apic = (uint64_t)(above % shape->dies) << die_bits | (uint64_t)core << core_bits |
	       thread;
	return (uint64_t)(above / shape->dies) << 32 |
	       apic >> MIN(bits_for(shape->shared), package_bits);
}

/* The index of the host's L3 that has all of these CPUs; -1. */
static int host_l3(const struct machine *host, const struct set *cpus)
{
	for (size_t i = 0; cpus && i < host->caches.n; i++)
		if (host->caches.v[i].level == L3 &&
		    set_subset(cpus, &host->caches.v[i].cpus))
			return (int)i;
	return -1;
}

/* The largest L3 of the host, in CPUs; 0: none is known. */
static unsigned l3_cpus(const struct machine *host)
{
	unsigned most = 0;

	for (size_t i = 0; i < host->caches.n; i++)
		if (host->caches.v[i].level == L3)
			most = MAX(most, set_count(&host->caches.v[i].cpus));
	return most;
}

/* What a guest of another architecture sees depends on its CPU and kernel. */
static bool is_x86(const struct guest *guest)
{
	return guest_is_q35(guest) || guest_is_i440fx(guest);
}

/* False if the guest has no L3, or if its vCPUs have no arrangement. */
static bool read_shape(const struct check *check, struct shape *ret)
{
	const struct guest *guest = check->guest;
	int cache = guest->cpu_element < 0 ? -1
					   : document_child(check->document,
							    guest->cpu_element, "cache");
	const char *mode =
		cache < 0 ? NULL : document_attribute(check->document, cache, "mode");

	if (!is_x86(guest) || guest->topology_element < 0 || streq_null(mode, "disable"))
		return false;
	*ret = (struct shape){.dies = count_of(guest->dies),
			      .cores = count_of(guest->cores),
			      .threads = count_of(guest->threads)};
	if (streq_null(mode, "passthrough"))
		ret->shared = l3_cpus(check->host);
	return ret->dies > 0 && ret->cores > 0 && ret->threads > 0;
}

/* The first vCPU with the same L3 in the guest whose L3 on the host is another; -1. */
static int other_l3(const struct check *check, const struct shape *shape, unsigned vcpu)
{
	int own = host_l3(check->host, check_pin_of(check, vcpu));

	/* Those that share an L3 are within one package. */
	for (unsigned n = shape->dies * shape->cores * shape->threads,
		      other = vcpu / n * n;
	     own >= 0 && other < vcpu; other++) {
		int there = host_l3(check->host, check_pin_of(check, other));

		if (there >= 0 && there != own &&
		    guest_l3(shape, other) == guest_l3(shape, vcpu))
			return (int)other;
	}
	return -1;
}

static bool has_several(const struct machine *host)
{
	unsigned count = 0;

	for (size_t i = 0; i < host->caches.n; i++)
		count += host->caches.v[i].level == L3;
	return count > 1;
}

static void l3_split(struct check *check)
{
	const struct guest *guest = check->guest;
	struct shape shape;

	if (guest->vcpupins.n == 0)
		return;
	if (!is_x86(guest) && has_several(check->host))
		check_skip(check, "guest-caches",
			   "it is not known which L3 caches a guest other than x86 sees");
	if (!read_shape(check, &shape))
		return;
	if (!l3_cpus(check->host)) {
		check_skip(check, "l3-caches",
			   "the host's description does not list its L3 caches");
		return;
	}
	for (unsigned vcpu = 0; vcpu < guest_vcpus(guest); vcpu++) {
		int other = other_l3(check, &shape, vcpu);

		if (other < 0)
			continue;
		check_found(
			check, guest->topology_element,
			"vCPUs %d and %u share an L3 cache in the guest, but are pinned to CPUs %d and %d, which do not share one on the host.",
			other, vcpu, set_first(check_pin_of(check, (unsigned)other)),
			set_first(check_pin_of(check, vcpu)));
		return;
	}
}

const struct rule host_caches_rules[] = {
	{RULE("l3-split", l3_split, INFO, NEED_HOST, NOBODY),
	 .what = "vCPUs that share an L3 cache in the guest are pinned to CPUs that share one on the host.",
	 .why = "The guest's scheduler moves tasks freely between CPUs that share an L3 cache. By default, each die of an x86 guest has one L3, while on hosts such as AMD's a package has several. vCPUs that are pinned to CPUs with several L3 caches are not judged.",
	 .to_fix =
		 "Write dies= in <topology> so that each die has the vCPUs of one L3 of the host; or <cache mode='passthrough'/>, with vCPUs pinned in the order of the host's L3 caches; or <cache mode='disable'/>, with which the guest sees none.",
	 .source =
		 "QEMU target/i386/cpu.c; emulated caches measured with QEMU 7.2; mode='passthrough' not run: needs KVM",
	 .remedy = REMEDY_EDIT},
	{},
};

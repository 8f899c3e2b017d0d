/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/guest/machine-type.h"

#include "base/mem.h"
#include "base/text.h"
#include "planner/guest/board.h"

#include <stdio.h>
#include <strings.h>

/*
 * Families whose versions are QEMU's. The first type of each is what QEMU 7.2 has
 * (query-machines; for virt, which only later versions here have, 10.0); 0: unknown.
 */
static const struct family {
	const char *begins, *alias;
	unsigned first;
	const char *architectures[3]; /* none: not only those that we know */
} families[] = {
	{"pc-q35-", "q35", VERSION_OF(2, 4), {"x86_64", "i686"}},
	{"pc-i440fx-", "pc", VERSION_OF(1, 4), {"x86_64", "i686"}},
	{"virt-", "virt", VERSION_OF(2, 6), {"aarch64", "armv7l"}},
	{"s390-ccw-virtio-", "s390-ccw-virtio", 0, {"s390x"}},
	{"pseries-", "pseries", 0, {"ppc64", "ppc64le"}},
};

/* vCPUs of the types from a version on (query-machines, cpu-max). */
static const struct {
	const char *begins;
	unsigned from, vcpus;
} vcpus_rows[] = {
	{"pc-q35-", VERSION_OF(9, 0), 4096},
	{"pc-q35-", VERSION_OF(8, 1), 1024},
	{"pc-q35-", VERSION_OF(2, 8), 288},
	{"pc-q35-", 0, 255},
	{"pc-i440fx-", 0, 255},
	{"virt-", VERSION_OF(3, 0), 512},
	{"virt-", 0, 255},
};

/*
 * What was removed before QEMU's rule began: removed-features.rst and deprecated.rst, and
 * query-machines of 7.2. The rule deprecates since 9.1 and removes since 10.1.
 */
static const struct {
	const char *begins;
	unsigned last, deprecated, removed;
} removals[] = {
	{"pc-i440fx-", VERSION_OF(1, 7), VERSION_OF(7, 0), VERSION_OF(8, 2)},
	{"pc-i440fx-", VERSION_OF(2, 3), VERSION_OF(8, 2), VERSION_OF(9, 1)},
};
#define RULE_DEPRECATES VERSION_OF(9, 1)
#define RULE_REMOVES    VERSION_OF(10, 1)
enum { YEARS_TO_DEPRECATION = 3, YEARS_TO_REMOVAL = 6, RELEASES_A_YEAR = 3 };

/*
 * Names that distributions give to machine types of their own, and the QEMU that they
 * came with: RHEL's from the change log of its qemu-kvm.spec, Ubuntu's from the version
 * of its package qemu in that release; 0 unknown. A suffix of Ubuntu's such as -hpb
 * changes no version. Their vCPUs are what query-machines was seen to report there, and
 * they are deprecated since the first QEMU that was seen to report it; 0 unknown.
 * Published outputs: of virsh capabilities on RHEL 9.2 (240, 710), Ubuntu 22.04 and 23.10
 * (255, 288); kubevirt/monitoring, runbook VMDeprecatedMachineTypes (rhel8.6.0 with 710,
 * deprecated, rhel9.6.0 with 4096); autotest/tp-libvirt pull request 6269 (rhel10.0.0);
 * qemu-kvm -machine help of Rocky Linux 9.8.
 */
static const struct downstream {
	const char *name;
	unsigned qemu, q35_vcpus, i440fx_vcpus;
	unsigned q35_deprecated, i440fx_deprecated;
} downstream[] = {
	{"rhel7.0.0", 0, 0, 240, 0, VERSION_OF(7, 2)},
	{"rhel7.1.0", 0, 0, 240, 0, VERSION_OF(7, 2)},
	{"rhel7.2.0", 0, 0, 240, 0, VERSION_OF(7, 2)},
	{"rhel7.3.0", 0, 255, 240, 0, VERSION_OF(7, 2)},
	{"rhel7.4.0", 0, 0, 240, 0, VERSION_OF(7, 2)},
	{"rhel7.5.0", 0, 0, 240, 0, VERSION_OF(7, 2)},
	{"rhel7.6.0", VERSION_OF(2, 12), 0, 240, VERSION_OF(10, 1), VERSION_OF(7, 2)},
	{"rhel8.0.0", 0, 0, 0, VERSION_OF(10, 1)},
	{"rhel8.1.0", 0, 0, 0, VERSION_OF(10, 1)},
	{"rhel8.2.0", VERSION_OF(4, 2), 0, 0, VERSION_OF(10, 1)},
	{"rhel8.3.0", VERSION_OF(5, 1), 0, 0, VERSION_OF(10, 1)},
	{"rhel8.4.0", VERSION_OF(5, 2), 0, 0, VERSION_OF(10, 1)},
	{"rhel8.5.0", VERSION_OF(6, 0), 0, 0, VERSION_OF(10, 1)},
	{"rhel8.6.0", VERSION_OF(6, 2), 710, 0, VERSION_OF(9, 1)},
	{"rhel9.0.0", VERSION_OF(6, 2)},
	{"rhel9.2.0", VERSION_OF(7, 2), 710},
	{"rhel9.4.0", VERSION_OF(8, 2)},
	{"rhel9.6.0", VERSION_OF(9, 1), 4096},
	{"rhel9.8.0", VERSION_OF(10, 1)},
	{"rhel10.0.0", VERSION_OF(9, 1), 4096},
	{"rhel10.2.0", VERSION_OF(10, 1)},
	{"trusty", VERSION_OF(2, 0), 0, 255},
	{"wily", VERSION_OF(2, 3), 0, 255},
	{"xenial", VERSION_OF(2, 5), 255, 255},
	{"yakkety", VERSION_OF(2, 6), 255, 255},
	{"zesty", VERSION_OF(2, 8), 288, 255},
	{"artful", VERSION_OF(2, 10), 288, 255},
	{"bionic", VERSION_OF(2, 11), 288, 255},
	{"cosmic", VERSION_OF(2, 12), 288, 255},
	{"disco", VERSION_OF(3, 1), 288, 255},
	{"eoan", VERSION_OF(4, 0), 288, 255},
	{"focal", VERSION_OF(4, 2), 288, 255},
	{"groovy", VERSION_OF(5, 0), 288, 255},
	{"hirsute", VERSION_OF(5, 2), 288, 255},
	{"impish", VERSION_OF(6, 0), 288, 255},
	{"jammy", VERSION_OF(6, 2), 288, 255},
	{"kinetic", VERSION_OF(7, 0), 288, 255},
	{"lunar", VERSION_OF(7, 2), 288, 255},
	{"mantic", VERSION_OF(8, 0), 288, 255},
	{"noble", VERSION_OF(8, 2), 288, 255},
	{"oracular", VERSION_OF(9, 0), 0, 255},
	{"plucky", VERSION_OF(9, 2), 0, 255},
	{"questing", VERSION_OF(10, 1), 0, 255},
};

/*
 * Machines of x86 without versions. QEMU does not have them until @without, and has them
 * from @from on; what is between was not tried. 0: every QEMU that we support has it.
 */
static const struct other {
	const char *name;
	unsigned vcpus, without, from;
} others[] = {
	{"microvm", 288},
	{"isapc", 1},
	{"none", 1},
	{"x-remote", 1},
	{"nitro", 4096, VERSION_OF(10, 0), VERSION_OF(11, 1)},
};

/* What people write for a family's alias. */
static const char *const mistaken[][2] = {
	{"pc-q35", "q35"},
	{"pc-i440fx", "pc"},
	{"i440fx", "pc"},
	{"piix", "pc"},
};

static const struct family *family_of(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(families); i++)
		if (has_prefix(name, families[i].begins))
			return &families[i];
	return NULL;
}

static const struct family *family_of_alias(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(families); i++)
		if (streq(name, families[i].alias))
			return &families[i];
	return NULL;
}

const char *machine_type_family(const char *name)
{
	const struct family *family = family_of(name);

	if (!family)
		family = family_of_alias(name);
	return family ? family->begins : NULL;
}

/* "pc-q35-7.2", "virt-7.2" and "pc-1.0"; 0 for names that have no version of QEMU. */
static unsigned version_in(const char *machine)
{
	const char *dash = strrchr(machine, '-');
	unsigned major, minor;

	if (!dash || sscanf(dash, "-%4u.%3u", &major, &minor) != 2)
		return 0;
	return VERSION_OF(major, minor);
}

/* Whether it is a version and nothing else: "7.2", "4.0.1". */
static bool is_version(const char *string)
{
	unsigned version;

	return strspn(string, "0123456789.") == strlen(string) && strchr(string, '.') &&
	       version_parse(string, &version);
}

/*
 * Whether a type has that version, written like that: not "11.1.0" or "11.01". One of q35
 * has that of a stable release.
 */
static bool is_release(const struct family *family, const char *string, unsigned version)
{
	char name[16];

	if (version % 1000 != 0)
		return streq(family->alias, "q35") && streq(string, "4.0.1");
	snprintf(name, sizeof(name), "%u.%u", MAJOR(version), MINOR(version));
	return streq(string, name) && qemu_release_exists(version);
}

/* The first QEMU that is so many years older than a type, by QEMU's rule. */
static unsigned expires(unsigned version, unsigned years)
{
	unsigned major = MAJOR(version) + years, minor = MINOR(version);

	return minor < RELEASES_A_YEAR ? VERSION_OF(major, minor)
				       : VERSION_OF(major + 1, 0);
}

/* When a type of a family is deprecated and when it is removed. */
static void find_end(const char *begins, unsigned version, unsigned *deprecated,
		     unsigned *removed)
{
	*deprecated = MAX(expires(version, YEARS_TO_DEPRECATION), RULE_DEPRECATES);
	*removed = MAX(expires(version, YEARS_TO_REMOVAL), RULE_REMOVES);
	for (size_t i = 0; i < ARRAY_SIZE(removals); i++)
		if (streq(removals[i].begins, begins) && version <= removals[i].last) {
			*deprecated = removals[i].deprecated;
			*removed = removals[i].removed;
			return;
		}
}

static struct machine_verdict judge_age(const struct family *family, unsigned version,
					unsigned qemu)
{
	unsigned deprecated, removed, newest = TARGET_NEWEST.qemu;

	if (version < family->first)
		return (struct machine_verdict){MACHINE_REMOVED};
	find_end(family->begins, version, &deprecated, &removed);
	if (qemu >= removed)
		return (struct machine_verdict){MACHINE_REMOVED, removed,
						.computed = removed > newest};
	/* Which old ones of other architectures exist was not seen. */
	if (!family->first && version < VERSION_OF(5, 2))
		return (struct machine_verdict){MACHINE_UNKNOWN};
	if (qemu >= deprecated)
		return (struct machine_verdict){MACHINE_DEPRECATED, deprecated, removed,
						removed > newest};
	return (struct machine_verdict){MACHINE_EXISTS};
}

/* The row of a distribution's type, "-maxcpus" and "-hpb" apart; NULL: not one. */
static const struct downstream *find_downstream(const char *name, const char **ret_suffix)
{
	const struct family *family = family_of(name);
	const char *own = family ? name + strlen(family->begins) : "";
	size_t n = strcspn(own, "-");

	*ret_suffix = own + n;
	for (size_t i = 0; i < ARRAY_SIZE(downstream); i++)
		if (strlen(downstream[i].name) == n &&
		    strncmp(own, downstream[i].name, n) == 0)
			return &downstream[i];
	return NULL;
}

static bool is_rhel(const struct downstream *row)
{
	return has_prefix(row->name, "rhel");
}

/*
 * A type of a distribution that came before or after another one has an older or newer
 * QEMU, so those whose QEMU is not known are between two others. The rows of RHEL are in
 * the order of their releases.
 */
static enum known downstream_is_older(const struct downstream *row, unsigned version)
{
	if (row->qemu > 0)
		return row->qemu < version ? KNOWN_YES : KNOWN_NO;
	for (const struct downstream *next = row; is_rhel(next); next++)
		if (next->qemu > 0 && next->qemu < version)
			return KNOWN_YES;
	for (const struct downstream *last = row; is_rhel(last); last--) {
		if (last->qemu >= version)
			return KNOWN_NO;
		if (last == downstream)
			break;
	}
	return KNOWN_UNKNOWN;
}

/* A distribution's, whose QEMU has what its makers like. */
static struct machine_verdict judge_downstream(const struct family *family,
					       const char *name, unsigned qemu)
{
	const char *suffix;
	const struct downstream *row = find_downstream(name, &suffix);
	unsigned version = machine_type_qemu(name), deprecated = 0;

	if (version / 1000 > qemu / 1000)
		return (struct machine_verdict){MACHINE_TOO_NEW, version};
	if (row && streq(family->alias, "q35"))
		deprecated = row->q35_deprecated;
	if (row && streq(family->alias, "pc"))
		deprecated = row->i440fx_deprecated;
	if (deprecated > 0 && qemu / 1000 >= deprecated / 1000)
		return (struct machine_verdict){MACHINE_DEPRECATED, deprecated,
						.downstream = true};
	return (struct machine_verdict){MACHINE_UNKNOWN, .downstream = row != NULL};
}

static struct machine_verdict judge_version(const struct family *family, const char *name,
					    unsigned qemu)
{
	const char *string = name + strlen(family->begins);
	unsigned version = version_in(name);

	if (!is_version(string) && strspn(string, "0123456789.") == strlen(string))
		return (struct machine_verdict){MACHINE_NEVER};
	if (!is_version(string))
		return judge_downstream(family, name, qemu);
	if (!version_parse(string, &version) || !is_release(family, string, version))
		return (struct machine_verdict){MACHINE_NEVER};
	if (version / 1000 > qemu / 1000)
		return (struct machine_verdict){MACHINE_TOO_NEW, version / 1000 * 1000,
						.computed = version / 1000 >
							    TARGET_NEWEST.qemu / 1000};
	return judge_age(family, version, qemu);
}

static bool is_of(const struct family *family, const char *architecture)
{
	if (!architecture)
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(family->architectures); i++)
		if (streq_null(family->architectures[i], architecture))
			return true;
	/* Other architectures have a virt of their own. */
	return streq(family->alias, "virt") && !streq(architecture, "x86_64") &&
	       !streq(architecture, "i686");
}

/* The right name for one that no QEMU has; NULL if it is not such a mistake. */
static const char *corrected(const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < ARRAY_SIZE(mistaken); i++)
		if (strcasecmp(name, mistaken[i][0]) == 0)
			return mistaken[i][1];
	for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
		const struct family *family = &families[i];

		if (streq(name, family->begins) ||
		    (strcasecmp(name, family->alias) == 0 && !streq(name, family->alias)))
			return family->alias;
		if (strncasecmp(name, family->begins, strlen(family->begins)) == 0 &&
		    !has_prefix(name, family->begins))
			return family->alias;
	}
	/* "q35-8.2" */
	if (n > 4 && has_prefix(name, "q35-") && is_version(name + 4))
		return "q35";
	/* "pc-8.2"; there were pc-0.10 to pc-1.3. */
	if (n > 3 && has_prefix(name, "pc-") && is_version(name + 3) && name[3] != '0' &&
	    !has_prefix(name, "pc-1."))
		return "pc";
	return NULL;
}

static struct machine_verdict judge_other(const struct other *other, unsigned qemu)
{
	if (qemu / 1000 >= other->from / 1000)
		return (struct machine_verdict){MACHINE_EXISTS};
	if (qemu / 1000 <= other->without / 1000)
		return (struct machine_verdict){MACHINE_TOO_NEW};
	return (struct machine_verdict){MACHINE_UNKNOWN};
}

struct machine_verdict machine_type_judge(const char *name, const char *architecture,
					  unsigned qemu)
{
	const struct family *family = family_of(name), *alias = family_of_alias(name);
	bool x86 = !architecture || streq(architecture, "x86_64");

	if (corrected(name))
		return (struct machine_verdict){MACHINE_NEVER};
	if ((alias && !is_of(alias, architecture)) ||
	    (family && !is_of(family, architecture)))
		return (struct machine_verdict){MACHINE_NEVER};
	if (alias)
		return (struct machine_verdict){MACHINE_EXISTS};
	/* The types of other architectures are not in our tables. */
	if (family && streq(family->alias, "virt") && architecture &&
	    !streq(architecture, "aarch64") && !streq(architecture, "armv7l"))
		return (struct machine_verdict){MACHINE_UNKNOWN};
	if (family)
		return judge_version(family, name, qemu);
	for (size_t i = 0; x86 && i < ARRAY_SIZE(others); i++)
		if (streq(name, others[i].name))
			return judge_other(&others[i], qemu);
	return board_judge(name, architecture, qemu);
}

unsigned machine_type_vcpus(const char *name, unsigned qemu)
{
	const char *begins = machine_type_family(name), *suffix;
	const struct downstream *row = find_downstream(name, &suffix);
	const struct board *board = board_find(name, qemu);
	unsigned version = family_of_alias(name) ? qemu : version_in(name);

	if (row && streq(begins, "pc-q35-"))
		return strstr(suffix, "-maxcpus") ? 1024 : row->q35_vcpus;
	if (row && streq(begins, "pc-i440fx-"))
		return row->i440fx_vcpus;
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		if (streq(others[i].name, name))
			return others[i].vcpus;
	if (board)
		return board->most;
	if (!begins || version == 0)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(vcpus_rows); i++)
		if (streq(vcpus_rows[i].begins, begins) &&
		    version / 1000 >= vcpus_rows[i].from / 1000)
			return vcpus_rows[i].vcpus;
	return 0;
}

/* The alias of what was probably meant. */
static const struct family *family_meant(const char *name, const char *architecture)
{
	const char *right = corrected(name);
	const struct family *family = right ? family_of_alias(right) : family_of(name);

	if (!family)
		family = family_of_alias(name);
	for (size_t i = 0; architecture && family && !is_of(family, architecture) &&
			   i < ARRAY_SIZE(families);
	     i++)
		if (is_of(&families[i], architecture))
			return &families[i];
	return family;
}

char *machine_type_instead(const char *name, const char *architecture, unsigned qemu)
{
	const struct family *family = family_meant(name, architecture);
	const char *suffix;

	if (!family)
		return NULL;
	/*
	 * A distribution's QEMU may have no other types than its own, and the only pc of
	 * RHEL's is the deprecated one.
	 */
	if (find_downstream(name, &suffix))
		return xstrdup(strstr(name, "-rhel") && streq(family->alias, "pc")
				       ? "q35"
				       : family->alias);
	qemu = MIN(qemu, TARGET_NEWEST.qemu);
	return xasprintf("%s, or %s%u.%u for a fixed version", family->alias,
			 family->begins, MAJOR(qemu), MINOR(qemu));
}

unsigned machine_type_qemu(const char *machine)
{
	const char *suffix;
	const struct downstream *row = find_downstream(machine, &suffix);

	if (!family_of(machine))
		return 0;
	if (version_in(machine) > 0)
		return version_in(machine);
	return row ? row->qemu : 0;
}

enum known machine_type_is_older(const char *machine, unsigned version)
{
	const char *suffix;
	const struct downstream *row = find_downstream(machine, &suffix);

	if (version_in(machine) > 0)
		return version_in(machine) < version ? KNOWN_YES : KNOWN_NO;
	if (row)
		return downstream_is_older(row, version);
	return family_of(machine) ? KNOWN_UNKNOWN : KNOWN_NO;
}

bool machine_type_is_alias(const char *machine)
{
	return !family_of(machine) && version_in(machine) == 0;
}

bool machine_type_unknown(const char *machine)
{
	const struct family *family = family_of(machine);
	unsigned major, minor;

	if (!family || machine_type_qemu(machine) > 0)
		return false;
	/* RHEL's older types came with an older QEMU than 9.4's, which is the default. */
	return sscanf(machine + strlen(family->begins), "rhel%2u.%2u.", &major, &minor) !=
		       2 ||
	       VERSION_OF(major, minor) > VERSION_OF(9, 4);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether the host's QEMU has the domain's CPU model. What libvirt does was tried by
 * starting domains with libvirt 9.0, 11.3 and 12.9 and their QEMUs: on x86 a model must
 * be in libvirt's CPU map, and libvirt replaces one that QEMU does not have, unless
 * fallback='forbid'; on aarch64 it must be one of QEMU's.
 */
#include "planner/check/rules.h"

#include "base/option.h"
#include "planner/guest/host-emulator.h"

/* In libvirt's CPU map (cpu_map/index.xml), but not in any QEMU since 7.2. */
static const char *const replaced[] = {"Icelake-Client", "Icelake-Client-noTSX",
				       "cpu64-rhel5", "cpu64-rhel6"};
/* QEMU's names that are modes in libvirt. */
static const struct mode_row {
	const char *model, *mode;
} modes[] = {{"host", "host-passthrough"}, {"max", "maximum"}, {"base", NULL}};

static bool is_replaced(const char *model)
{
	for (size_t i = 0; i < ARRAY_SIZE(replaced); i++)
		if (streq(model, replaced[i]))
			return true;
	return false;
}

static const struct mode_row *mode_of(const char *model)
{
	for (size_t i = 0; i < ARRAY_SIZE(modes); i++)
		if (streq(model, modes[i].model))
			return &modes[i];
	return NULL;
}

static bool has_model(const struct machine_emulator *emulator, const char *model)
{
	for (size_t i = 0; i < emulator->cpus.n; i++)
		if (streq(emulator->cpus.v[i].name, model))
			return true;
	return false;
}

/* "Nehalem-v1" */
static bool is_versioned(const char *model)
{
	const char *v = strrchr(model, 'v');

	return v && v > model && v[-1] == '-' && v[1] &&
	       v[1 + strspn(v + 1, "0123456789")] == '\0';
}

/* The nearest model that libvirt takes, or NULL. */
static const char *nearest_model(const struct machine_emulator *emulator,
				 const char *model)
{
	_cleanup_free_ const char **names = xcalloc(emulator->cpus.n + 1, sizeof(*names));
	size_t n = 0;

	for (size_t i = 0; i < emulator->cpus.n; i++) {
		const char *name = emulator->cpus.v[i].name;

		if (strcasecmp(name, model) == 0)
			return name;
		if (!mode_of(name) && is_versioned(name) == is_versioned(model))
			names[n++] = name;
	}
	return nearest_name(model, names);
}

static int model_element(const struct check *check)
{
	return document_find(check->document, 0, "cpu/model");
}

static void found_missing(struct check *check, const struct machine_emulator *emulator)
{
	const char *model = check->guest->cpu_model;
	const char *nearest = nearest_model(emulator, model);
	struct finding *finding =
		check_found(check, model_element(check),
			    "%s on the host (QEMU %s) does not have CPU model %s.",
			    emulator->path, emulator->version, model);

	if (nearest)
		check_set_remedy(finding, "Write %s, or another model that it has.",
				 nearest);
}

static void found_mode(struct check *check, const struct mode_row *row)
{
	struct finding *finding = check_found(
		check, model_element(check),
		"CPU model %s is one of QEMU's, but libvirt does not know it.",
		row->model);

	if (row->mode)
		check_set_remedy(finding, "Remove <model> and write <cpu mode='%s'>.",
				 row->mode);
}

static void judge_x86(struct check *check, const struct machine_emulator *emulator)
{
	const char *model = check->guest->cpu_model;
	const char *fallback =
		document_attribute(check->document, model_element(check), "fallback");
	unsigned libvirt = check->options->target.libvirt;

	if (mode_of(model))
		found_mode(check, mode_of(model));
	else if (has_model(emulator, model) && is_versioned(model) &&
		 libvirt < VERSION_OF(11, 3))
		check_skip(check, "cpu-models",
			   "it is not known whether libvirt %u.%u has CPU model %s",
			   MAJOR(libvirt), MINOR(libvirt), model);
	else if (has_model(emulator, model))
		return;
	else if (is_replaced(model) && !streq_null(fallback, "forbid"))
		check_warned(
			check, model_element(check),
			"%s on the host (QEMU %s) does not have CPU model %s; libvirt replaces it with a similar one.",
			emulator->path, emulator->version, model);
	else
		found_missing(check, emulator);
}

static void cpu_model_exists(struct check *check)
{
	const struct guest *guest = check->guest;
	const struct machine_emulator *emulator;
	const char *match;

	if (!guest->cpu_model || model_element(check) < 0 ||
	    (guest->cpu_mode && !streq(guest->cpu_mode, "custom")))
		return;
	match = document_attribute(check->document, guest->cpu_element, "match");
	emulator = check_host_emulator(check);
	/* A minimum may be met by another model. */
	if (!emulator || streq_null(match, "minimum"))
		return;
	if (emulator->cpus.n == 0)
		check_skip(
			check, "cpu-models",
			"the host's description does not list the CPU models of its QEMU; run virt-layout record again");
	else if (streq_null(emulator->architecture, "x86_64"))
		judge_x86(check, emulator);
	else if (streq_null(emulator->architecture, "aarch64") &&
		 !has_model(emulator, guest->cpu_model))
		found_missing(check, emulator);
}

const struct rule host_cpus_rules[] = {
	{RULE("cpu-model-exists", cpu_model_exists, ERROR, NEED_HOST, LIBVIRT),
	 .what = "The host's QEMU has the CPU model of the domain.",
	 .why = "Names are case-sensitive, and new models need a new QEMU. libvirt defines the domain, but does not start it. On x86, libvirt replaces a model that it knows but QEMU does not have, unless the model has fallback='forbid'; this is a warning.",
	 .to_fix = "Write a model that the host's QEMU has, or <cpu mode='host-model'>.",
	 .source =
		 "QEMU qapi/machine-target.json, query-cpu-definitions; libvirt src/cpu/cpu_x86.c; tested with libvirt 9.0, 11.3 and 12.9",
	 .remedy = REMEDY_EDIT,
	 .untried =
		 "It depends on how the host's QEMU was built and on what is installed."},
	{},
};

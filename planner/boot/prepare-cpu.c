/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * prepare-cpu.c - the CPU of a dry boot. With KVM it is the planned one. With TCG it is a
 * named model:
 *
 *     x86_64    Nehalem: an Intel model, so that TCG fills in leaves 4, 0xb and 0x1f,
 *               and the kernel sees dies and threads. AMD's models lack topology
 *               extensions there (QEMU 7.2 target/i386/cpu.c, TCG_EXT3_FEATURES), so
 *               every CPU would be a core of a single die.
 *     nested    Opteron_G3 with svm and npt: TCG emulates only AMD's virtualization.
 *     aarch64   cortex-a57
 */
#include "planner/boot/prepare-parts.h"

#include "planner/boot/prepare.h"

#include "base/mem.h"
#include "planner/qemu/qemu-space.h"

static const struct cpu_choice {
	const char *arch;
	bool nested, intel;
	const char *model, *features, *why;
} cpu_choices[] = {
	{"x86_64", false, true, "Nehalem", "",
	 "TCG cannot provide the host's CPU; with this model the kernel sees dies and threads"},
	{"x86_64", true, false, "Opteron_G3",
	 "<feature policy='require' name='svm'/><feature policy='require' name='npt'/>",
	 "TCG only emulates AMD's virtualization; threads and dies are not visible"},
	{"aarch64", false, false, "cortex-a57", "", "TCG cannot provide the host's CPU"},
};

static const struct cpu_choice *choose(const struct prepare *p, const char *arch)
{
	for (size_t i = 0; i < ARRAY_SIZE(cpu_choices); i++)
		if (streq(cpu_choices[i].arch, arch) &&
		    cpu_choices[i].nested == p->options->nested)
			return &cpu_choices[i];
	return NULL;
}

/* "host-passthrough", or "custom EPYC"; NULL if not given. The caller frees it. */
static char *planned_model(const struct prepare *p, int cpu)
{
	int model = cpu < 0 ? -1 : document_child(p->domain, cpu, "model");
	const char *mode = cpu < 0 ? NULL : document_attribute(p->domain, cpu, "mode");
	_cleanup_free_ char *name = model < 0 ? NULL : document_content(p->domain, model);

	if (name)
		return xasprintf("%s %s", mode ? mode : "custom", name);
	return mode ? xstrdup(mode) : NULL;
}

static void add_children(const struct prepare *p, struct text *text, int cpu,
			 const char *name)
{
	int e = document_child(p->domain, cpu, name);
	const struct document_element *element;
	size_t end;

	if (e < 0)
		return;
	element = &p->domain->elements.v[e];
	end = element->self_closing ? element->start_tag.end : element->end_tag.end;
	text_add(text, p->domain->text.s + element->start_tag.start,
		 end - element->start_tag.start);
}

static void drop_feature(struct prepare *p, int element)
{
	const char *name = document_attribute(p->domain, element, "name");
	struct substitution *s = prepare_note(p, "feature", element);

	s->planned = xstrdup(name ? name : document_element_name(p->domain, element));
	s->why = "TCG does not support it";
	edit_remove(&p->edits, element);
}

/* Hyper-V's and KVM's own features and clocks, which TCG does not have. */
static void drop_kvm_features(struct prepare *p)
{
	static const char *const names[] = {"hyperv", "kvm", "pmu"};
	int features = document_child(p->domain, 0, "features");
	int clock = document_child(p->domain, 0, "clock");

	for (size_t i = 0; features >= 0 && i < ARRAY_SIZE(names); i++)
		for (int e = document_child(p->domain, features, names[i]); e >= 0;
		     e = document_next(p->domain, e, names[i]))
			drop_feature(p, e);
	for (int e = clock < 0 ? -1 : document_child(p->domain, clock, "timer"); e >= 0;
	     e = document_next(p->domain, e, "timer")) {
		const char *name = document_attribute(p->domain, e, "name");

		if (name && (streq(name, "kvmclock") || streq(name, "hypervclock") ||
			     streq(name, "tsc")))
			drop_feature(p, e);
	}
}

/*
 * The last leaf of CPUID is returned for those that do not exist. On an Intel CPU with
 * dies that is 0x1f, for which TCG of QEMU 9.1 and later fails an assertion
 * (encode_topo_cpuid1f) unless ECX is small; SeaBIOS asks for hypervisors' leaves with
 * any ECX. So an empty leaf becomes the last one.
 */
static void add_last_leaf(struct prepare *p, int cpu)
{
	int topology = cpu < 0 ? -1 : document_child(p->domain, cpu, "topology");
	const char *dies =
		topology < 0 ? NULL : document_attribute(p->domain, topology, "dies");

	if (dies && !streq(dies, "1"))
		text_adds(
			&p->arguments,
			"  <leaf:commandline xmlns:leaf='" QEMU_SPACE
			"'><leaf:arg value='-global'/><leaf:arg value='x86_64-cpu.level=32'/></leaf:commandline>\n");
}

void prepare_cpu(struct prepare *p, const char *arch)
{
	const struct cpu_choice *choice = choose(p, arch);
	int cpu = document_child(p->domain, 0, "cpu");
	const struct document_element *e;
	_cleanup_text_ struct text text = {};
	struct substitution *s;

	if (p->options->accel != ACCEL_TCG || !choice)
		return;
	drop_kvm_features(p);
	s = prepare_note(p, "cpu", cpu < 0 ? 0 : cpu);
	if (cpu < 0) {
		free(s->subject);
		s->subject = xstrdup("/domain/cpu"); /* which is added later */
	}
	s->planned = planned_model(p, cpu);
	s->booted = xasprintf("custom %s", choice->model);
	s->why = choice->why;
	text_printf(
		&text,
		"<cpu mode='custom' match='exact' check='none'><model fallback='forbid'>%s</model>%s",
		choice->model, choice->features);
	if (cpu >= 0) {
		add_children(p, &text, cpu, "topology");
		add_children(p, &text, cpu, "numa");
	}
	text_adds(&text, "</cpu>");
	if (choice->intel)
		add_last_leaf(p, cpu);
	if (cpu >= 0) {
		e = &p->domain->elements.v[cpu];
		edit_replace(&p->edits,
			     (struct span){e->start_tag.start, e->self_closing
								       ? e->start_tag.end
								       : e->end_tag.end},
			     text.s);
	} else {
		e = &p->domain->elements.v[p->devices];
		edit_replace(&p->edits,
			     (struct span){e->start_tag.start, e->start_tag.start},
			     text.s);
	}
}

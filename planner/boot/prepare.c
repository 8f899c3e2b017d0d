/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/boot/prepare.h"

#include "base/mem.h"
#include "planner/boot/prepare-parts.h"
#include "planner/boot/run.h"
#include "planner/qemu/qemu-space.h"

#include <stdio.h>

/* What every dry boot says to its kernel; the rest is per architecture. */
#define KERNEL_WORDS " quiet loglevel=3 panic=-1"
/* mitigations and self tests cost 0.5 s under TCG and say nothing about the layout. */
#define FAST_WORDS " mitigations=off cryptomgr.notests"
/*
 * Each x86 CPU that starts under TCG otherwise costs 0.2 s of CPU time, although all
 * clocks and caches of an emulated CPU are the same: measuring its speed (lpj=),
 * comparing its clock with the others' (tsc=unstable), and stopping all other CPUs while
 * its MTRRs and PAT are set (clearcpuid=12, nopat). With noreplace-smp, the kernel's code
 * does not change from one CPU to several. Waiting for grace periods of RCU
 * (rcu_expedited) takes wall time. The value of lpj= is that of a clock of 2.5 GHz and
 * 250 ticks a second; emulated devices need no exact delays. tsc=reliable would do as
 * well, but on a busy host the kernel measures a frequency of the TSC that is wrong by a
 * factor of ten, and would believe it: the guest's time limit would be over too soon.
 */
#define TCG_X86_WORDS                                                                    \
	" lpj=10000000 tsc=unstable clearcpuid=12 nopat noreplace-smp rcupdate.rcu_expedited=1"
/*
 * With all CPUs running, the kernel waits for each of them whenever it changes its own
 * code or page tables. The agent starts the others when nothing else is left to do. With
 * 8 CPUs that leaves 6.7 of 7.5 s of CPU time.
 */
#define ONE_CPU " maxcpus=1"

static const struct machine_kind {
	const char *arch, *console;
	const char *words;
	const char *fast, *tcg; /* without --plain; the latter under TCG */
} machine_kinds[] = {
	/*
	 * AMD's IOMMU is on by default. The timer's self check fails, and the kernel
	 * panics, if the host is so busy that TCG's ticks are late. The drivers of PCI
	 * Express ports handle hot-plugging, power management and errors, and cost 1.2 s
	 * of CPU time for 15 ports.
	 */
	{"x86_64", "ttyS0", " intel_iommu=on no_timer_check", " pcie_ports=compat",
	 TCG_X86_WORDS},
	/* a port gets its IOMMU group when its driver binds */
	{"aarch64", "ttyAMA0", "", "", ""},
};

/* Merges <NAME>CONTENT</NAME> into @parent. */
static void set_content(struct want *parent, const char *name, const char *content)
{
	want_content(want_child(parent, name), "%s", content);
}

/* Removes what the domain itself would have started. */
static void note_kernel(struct prepare *p, int os)
{
	static const char *const names[][3] = {
		{"kernel", "the kernel given to boot", "boot's own program"},
		{"initrd", "boot's own initrd"},
		{"cmdline", "boot's own command line"},
	};
	bool runs = !p->options->paused, agent = p->options->initrd;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		int e = document_child(p->domain, os, names[i][0]);
		struct substitution *s;

		if (e < 0)
			continue;
		s = prepare_note(p, names[i][0], e);
		s->planned = document_content(p->domain, e);
		if (!runs)
			s->booted = xstrdup("none, because no kernel is run");
		else if (names[i][agent ? 1 : 2])
			s->booted = xstrdup(names[i][agent ? 1 : 2]);
		s->why = "a dry boot only reads the topology and does not need it";
	}
}

static bool has_word(const char *words, const char *word)
{
	size_t n = strlen(word);

	for (; words; words = strchr(words, ' ')) {
		words += strspn(words, " ");
		if (strncmp(words, word, n) == 0)
			return true;
	}
	return false;
}

bool prepare_starts_one_cpu(bool plain, const char *append)
{
	return !plain && !has_word(append, "maxcpus=") && !has_word(append, "nosmp");
}

static void set_command_line(struct want *os, const struct machine_kind *kind,
			     const struct prepare_options *options)
{
	bool fast = !options->plain, tcg = options->accel == ACCEL_TCG;
	bool one = prepare_starts_one_cpu(options->plain, options->append);

	want_content(want_child(os, "cmdline"),
		     "console=%s%s" KERNEL_WORDS "%s%s%s%s%s%s", kind->console,
		     kind->words, fast ? FAST_WORDS : "", fast ? kind->fast : "",
		     fast && tcg ? kind->tcg : "", one ? ONE_CPU : "",
		     options->append ? " " : "", options->append ? options->append : "");
}

/* A kernel with an initrd; or the payload, which needs none; or neither. */
static void set_kernel(struct prepare *p, const struct machine_kind *kind)
{
	const struct prepare_options *options = p->options;
	int os = document_child(p->domain, 0, "os");
	struct want *want = want_new("os");

	note_kernel(p, os);
	if (options->kernel)
		set_content(want, "kernel", options->kernel);
	if (options->initrd) {
		set_content(want, "initrd", options->initrd);
		set_command_line(want, kind, options);
	}
	prepare_firmware(p, want);
	prepare_keys(p, os);
	edit_merge(&p->edits, os, want);
	want_free(want);
	prepare_drop(p, os, "bootmenu");
	if (!options->initrd) {
		prepare_drop(p, os, "initrd");
		prepare_drop(p, os, "cmdline");
	}
}

/*
 * libvirt names the directory of QEMU's socket after the first 20 characters of the name;
 * if these are more than 20 bytes, the socket's path may be too long (boot-root.c).
 */
static void shorten_name(struct prepare *p)
{
	int e = document_child(p->domain, 0, "name");
	_cleanup_free_ char *name = e < 0 ? NULL : document_content(p->domain, e);
	struct substitution *s;
	struct want *want;
	bool ascii = true;

	for (const char *c = name; c && *c; c++)
		ascii = ascii && (*c & 0x80) == 0;
	if (ascii || strlen(name) <= 20)
		return;
	want = want_new("domain");
	set_content(want, "name", "boot");
	edit_merge(&p->edits, 0, want);
	want_free(want);
	s = prepare_note(p, "name", e);
	s->planned = xstrdup(name);
	s->booted = xstrdup("boot");
	s->why =
		"libvirt derives a socket's name from it, and the socket's path would be too long";
}

static void set_domain(struct prepare *p)
{
	static const char *const ends[] = {"on_poweroff", "on_reboot", "on_crash"};
	bool tcg = p->options->accel == ACCEL_TCG;
	const char *type = document_attribute(p->domain, 0, "type");
	struct want *want = want_new("domain");

	want_set(want, "type", "%s", tcg ? "qemu" : "kvm");
	if (!streq_null(type, tcg ? "qemu" : "kvm")) {
		struct substitution *s = prepare_note(p, "accelerator", 0);

		s->planned = type ? xstrdup(type) : NULL;
		s->booted = xstrdup(tcg ? "qemu" : "kvm");
		s->why = tcg ? "the guest runs under TCG, slower but with the same result"
			     : "the guest runs under KVM";
	}
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
		set_content(want, ends[i], "destroy");
	edit_merge(&p->edits, 0, want);
	want_free(want);
}

/*
 * The program in <emulator> is never run: an untrusted domain must not choose what this
 * host executes. libvirt finds QEMU by the architecture, or the user names one.
 */
static void set_emulator(struct prepare *p)
{
	const char *named = p->options->emulator;
	struct want *want = want_new("emulator");

	for (int e = document_child(p->domain, p->devices, "emulator"); e >= 0;
	     e = document_next(p->domain, e, "emulator")) {
		struct substitution *s = prepare_note(p, "emulator", e);

		s->planned = document_content(p->domain, e);
		s->booted = xstrdup(named ? named : "the QEMU that libvirt finds");
		s->why =
			named ? "as requested" : "programs named in a domain are not run";
	}
	prepare_drop(p, p->devices, "emulator");
	want_content(want, "%s", named ? named : "");
	if (named)
		edit_insert(&p->edits, p->devices, -1, want);
	want_free(want);
}

static void add_serial(struct prepare *p)
{
	struct want *serial = want_new("serial"), *child;

	want_set(serial, "type", "unix");
	child = want_child(serial, "source");
	want_set(child, "mode", "connect");
	want_set(child, "path", "%s/" RUN_SERIAL, p->options->root);
	want_set(want_child(serial, "target"), "port", "0");
	edit_insert(&p->edits, p->devices, -1, serial);
	want_free(serial);
}

/* A path below the root in a QEMU option, where a comma is doubled. */
static void add_root_path(const struct prepare *p, struct text *text, const char *name)
{
	_cleanup_text_ struct text path = {};

	for (const char *c = p->options->root; *c; c++) {
		text_addc(&path, *c);
		if (*c == ',')
			text_addc(&path, ',');
	}
	text_add_xml(text, path.s ? path.s : "");
	text_printf(text, "/%s", name);
}

/* The debug port that SeaBIOS and OVMF write to (isa-debugcon at 0x402). */
static void trace_firmware(const struct prepare *p, struct text *text)
{
	if (!p->options->trace_firmware)
		return;
	text_adds(
		text,
		"  <trace:commandline xmlns:trace='" QEMU_SPACE
		"'><trace:arg value='-chardev'/><trace:arg value='file,id=firmware,path=");
	add_root_path(p, text, BOOT_FIRMWARE_LOG);
	text_adds(
		text,
		"'/><trace:arg value='-device'/><trace:arg value='isa-debugcon,iobase=0x402,chardev=firmware'/></trace:commandline>\n");
}

/*
 * The protocol of QEMU's own tests (system/qtest.c), with which a guest's devices are
 * read while it is paused.
 */
static void add_qtest(const struct prepare *p, struct text *text)
{
	if (!p->options->paused)
		return;
	text_adds(
		text,
		"  <qtest:commandline xmlns:qtest='" QEMU_SPACE
		"'><qtest:arg value='-qtest-log'/><qtest:arg value='none'/><qtest:arg value='-qtest'/><qtest:arg value='unix:");
	add_root_path(p, text, RUN_SERIAL);
	text_adds(text, "'/></qtest:commandline>\n");
}

const char *domain_architecture(const struct document *domain)
{
	int type = document_find(domain, 0, "os/type");
	const char *arch = type < 0 ? NULL : document_attribute(domain, type, "arch");

	return arch ? arch : "x86_64";
}

static const struct machine_kind *find_kind(const char *arch)
{
	for (size_t i = 0; i < ARRAY_SIZE(machine_kinds); i++)
		if (streq(machine_kinds[i].arch, arch))
			return &machine_kinds[i];
	return NULL;
}

static int check_domain(const struct document *domain, struct error *error)
{
	const char *arch = domain_architecture(domain), *name = domain->name;
	long line = domain->elements.v[0].line;

	if (!streq(document_element_name(domain, 0), "domain"))
		return error_input_at(error, name, line, "<%s> is not a libvirt domain",
				      document_element_name(domain, 0));
	if (document_child(domain, 0, "devices") < 0 ||
	    document_find(domain, 0, "os/type") < 0)
		return error_input_at(
			error, name, line,
			"the domain has no <os> with a <type> or no <devices>");
	if (!find_kind(arch))
		return error_input_at(
			error, name, line,
			"cannot boot a guest of architecture %s; only x86_64 and aarch64 are supported",
			arch);
	return 0;
}

static void keep_listed(struct prepare *p)
{
	prepare_keep(p, false);
}

static void keep_ours(struct prepare *p)
{
	prepare_keep(p, true);
}

static void replace(struct prepare *p)
{
	const char *arch = domain_architecture(p->domain);

	prepare_devices(p);
	shorten_name(p);
	set_domain(p);
	set_kernel(p, find_kind(arch));
	prepare_cpu(p, arch);
	set_emulator(p);
	if (!p->options->paused)
		add_serial(p);
}

/* One step: edits of @domain, applied to *@text, which it may have been read from. */
static int run_step(struct prepare *p, const struct document *domain,
		    void (*step)(struct prepare *p), struct text *text,
		    struct error *error)
{
	_cleanup_text_ struct text result = {};
	int answer;

	p->domain = domain;
	p->devices = document_child(domain, 0, "devices");
	p->edits = (struct edits){.document = domain};
	step(p);
	answer = edits_apply(&p->edits, &result, error);
	edits_free(&p->edits);
	text_free(text);
	*text = result;
	result = (struct text){};
	return answer;
}

static int next_step(struct prepare *p, void (*step)(struct prepare *p),
		     struct text *text, struct error *error)
{
	_cleanup_document_ struct document domain = {};

	if (document_parse(p->name, text->s, text->n, &domain, error) < 0)
		return -1;
	return run_step(p, &domain, step, text, error);
}

/* After everything else in <domain>. */
static void add_arguments(struct prepare *p)
{
	size_t end = p->domain->elements.v[0].end_tag.start;

	edit_replace(&p->edits, (struct span){end, end}, p->arguments.s);
}

static int prepare(struct prepare *p, const struct document *domain, struct text *ret,
		   struct error *error)
{
	p->domain = domain;
	prepare_commandline(p, domain, &p->arguments);
	trace_firmware(p, &p->arguments);
	add_qtest(p, &p->arguments);
	if (run_step(p, domain, keep_listed, ret, error) < 0 ||
	    next_step(p, replace, ret, error) < 0 ||
	    next_step(p, keep_ours, ret, error) < 0)
		return -1;
	return p->arguments.n > 0 ? next_step(p, add_arguments, ret, error) : 0;
}

int prepare_domain(const struct document *domain, const struct prepare_options *options,
		   struct text *ret, struct substitutions *substitutions,
		   struct error *error)
{
	struct prepare p = {.name = domain->name,
			    .options = options,
			    .done = substitutions};
	int answer = check_domain(domain, error);

	if (answer == 0)
		answer = prepare(&p, domain, ret, error);
	text_free(&p.arguments);
	return answer;
}

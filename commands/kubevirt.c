/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kubevirt.c - `onDefineDomain`: KubeVirt's hook for a domain that is about to be
 * defined.
 *
 * Theory of operation. The planning is done by a child process (guarded.h), so that
 * whatever happens to it, a domain is printed: changed if all went well, else unchanged;
 * a failure only matters if the VMI is strict.
 *
 * KubeVirt calls a sidecar's hook two or three times for each start, each time with what
 * libvirt made of the previous answer, minus what KubeVirt's own types do not know. No
 * state is kept here: plan_in_place() recognizes its earlier work in the domain.
 */
#include "commands/commands.h"

#include "base/file.h"
#include "base/size.h"
#include "base/streams.h"
#include "commands/guarded.h"
#include "commands/source.h"
#include "planner/guest/memory.h"
#include "planner/guest/read.h"
#include "planner/plan/in-place/in-place.h"
#include "planner/plan/request/flags.h"
#include "commands/vmi.h"

#include <stdio.h>
#include <unistd.h>

struct hook {
	struct text vmi, domain; /* unchanged */
};

/* The request of the settings. */
struct asked {
	struct request_asked plan;
	struct source_options source;
	const char *like, *host; /* borrowed */
};

static void asked_free(struct asked *asked)
{
	request_free(&asked->plan.request);
	source_options_free(&asked->source);
}

/* Options without a value have one here: true or false, as Kubernetes spells it. */
static int take_switch(struct asked *asked, const struct vmi_setting *setting,
		       struct error *error)
{
	if (streq(setting->value, "false"))
		return 0;
	if (!streq(setting->value, "true"))
		return error_input(error, "%s is neither true nor false", setting->value);
	return request_take(&asked->plan, setting->flag, NULL, error);
}

static int take_plan(struct asked *asked, const struct vmi_setting *setting,
		     struct error *error)
{
	if (request_take(&asked->plan, setting->flag, setting->value, error) < 0)
		return -1;
	if (asked->plan.request.target_wish.installed)
		return error_input(
			error,
			"must be like libvirt=9.0,qemu=7.2, not installed, because the versions in virt-launcher cannot be determined here");
	return 0;
}

static int take_setting(struct asked *asked, const struct vmi_setting *setting,
			struct error *error)
{
	if (streq(setting->flag, "locality"))
		return source_add_locality(&asked->source, setting->value, error);
	if (streq(setting->flag, "hmat") || streq(setting->flag, "iommufd"))
		return take_switch(asked, setting, error);
	if (streq(setting->flag, "like"))
		asked->like = setting->value;
	else if (streq(setting->flag, "host"))
		asked->host = setting->value;
	else
		return take_plan(asked, setting, error);
	return 0;
}

/* What is given although something that it needs is not. */
static int check_needs(const struct asked *asked, struct error *error)
{
	struct request_need need =
		request_lacks(&asked->plan, asked->like != NULL, asked->host != NULL);

	if (!need.option && asked->source.localities.n > 0 && !asked->like &&
	    !asked->host)
		need = (struct request_need){"locality", true};
	if (!need.option)
		return 0;
	return error_input(error,
			   "annotation " VMI_PREFIX "%s needs " VMI_PREFIX "like%s",
			   need.option, need.or_host ? " or " VMI_PREFIX "host" : "");
}

static int add_mirrored(struct asked *asked, struct error *error)
{
	_cleanup_machine_ struct machine machine = {};

	if (!asked->like)
		return 0;
	if (source_read_option("like", asked->like, &asked->source, &machine, error) < 0)
		return -1;
	return mirror(&machine, &asked->plan.mirror, &asked->plan.request, error);
}

/*
 * The libvirt and QEMU are those of virt-launcher: neither the host nor the sidecar's own
 * files show their versions, so without an annotation the newest are used.
 */
static int settle(struct asked *asked, const struct document *document,
		  struct error *error)
{
	_cleanup_target_settled_ struct target_settled settled = {};
	_cleanup_text_ struct text text = {};

	asked->plan.request.target_wish.newest = true;
	if (request_settle(&asked->plan.request, NULL, document, &settled, error) < 0)
		return -1;
	text_add_target(&text, &settled, NULL);
	fprintf(stderr, "virt-layout: target: %s\n", text.s);
	return 0;
}

static int read_size(const char *xml, size_t n, uint64_t *ret_bytes, uint64_t *ret_vcpus,
		     struct error *error)
{
	_cleanup_document_ struct document document = {};
	_cleanup_guest_ struct guest guest = {};

	guest_init(&guest);
	if (document_parse("the domain", xml, n, &document, error) < 0 ||
	    guest_read(&document, &guest, error) < 0)
		return -1;
	if (!guest_total_memory(&guest, ret_bytes))
		*ret_bytes = 0;
	*ret_vcpus = guest.vcpus.state == VALUE_VALID ? guest.vcpus.value : 0;
	return 0;
}

/*
 * KubeVirt has sized the pod for the memory and vCPUs of the VMI, which are those of the
 * domain that the hook gets: a guest with more would be killed, or its vCPUs throttled.
 */
static int check_size(const struct document *before, const struct text *after,
		      struct error *error)
{
	uint64_t had_bytes, bytes, had_vcpus, vcpus;
	_cleanup_text_ struct text had = {}, now = {};

	if (read_size(before->text.s, before->text.n, &had_bytes, &had_vcpus, error) <
		    0 ||
	    read_size(after->s, after->n, &bytes, &vcpus, error) < 0)
		return -1;
	text_add_size(&had, had_bytes);
	text_add_size(&now, bytes);
	if (bytes > had_bytes)
		return error_input(
			error,
			"the guest would have %s of memory, but the VMI has %s, for which KubeVirt sized the pod; make the memory of the nodes (annotation " VMI_PREFIX
			"node) add up to spec.domain.memory.guest",
			now.s, had.s);
	if (vcpus > had_vcpus && had_vcpus > 0)
		return error_input(
			error,
			"the guest would have %ju vCPUs, but the VMI has %ju, for which KubeVirt sized the pod; make the vCPUs of the nodes (annotation " VMI_PREFIX
			"node) add up to those of spec.domain.cpu",
			(uintmax_t)vcpus, (uintmax_t)had_vcpus);
	if (bytes < had_bytes)
		streams_say("warning: the guest has %s of memory, less than the VMI: %s",
			    now.s, had.s);
	if (vcpus < had_vcpus)
		streams_say("warning: the guest has %ju vCPUs, fewer than the VMI: %ju",
			    (uintmax_t)vcpus, (uintmax_t)had_vcpus);
	return 0;
}

/*
 * The node's /sys is visible in the sidecar, but its device files and programs are the
 * sidecar's own: they tell nothing about virt-launcher, which runs QEMU.
 */
static void forget_own_files(struct machine *host)
{
	static const char *const names[] = {"devices.",         "firmware.descriptors",
					    "firmware.edk2",    "firmware.files",
					    "firmware.seabios", "kvm.device",
					    "libvirt.",         "qemu.",
					    "vfio.device",      "vfio.iommufd"};

	for (size_t i = 0; i < host->facts.n; i++)
		for (size_t j = 0; j < ARRAY_SIZE(names); j++) {
			struct machine_fact *fact = &host->facts.v[i];

			if (!has_prefix(fact->name, names[j]) || !fact->value)
				continue;
			free(fact->value);
			fact->value = NULL;
			fact->unknown = xstrdup(
				"the files of the sidecar are not those of virt-launcher");
		}
}

static int plan_asked(const struct document *document, struct asked *asked,
		      struct text *ret, struct error *error)
{
	_cleanup_machine_ struct machine host = {};

	if (settle(asked, document, error) < 0 || add_mirrored(asked, error) < 0)
		return -1;
	asked->source.facts = true;
	if (asked->host &&
	    source_read_option("host", asked->host, &asked->source, &host, error) < 0)
		return -1;
	if (asked->host && streq(asked->host, "live"))
		forget_own_files(&host);
	if (plan_in_place(document, &asked->plan.request, asked->host ? &host : NULL, ret,
			  error) < 0)
		return -1;
	if (check_size(document, ret, error) < 0)
		return -1;
	for (size_t i = 0; i < asked->plan.request.notes.n; i++)
		streams_say("note: %s", asked->plan.request.notes.v[i]);
	return 0;
}

static int plan_wish(const struct vmi_wish *wish, const struct text *domain,
		     struct text *ret, struct error *error)
{
	_cleanup_(asked_free) struct asked asked = {};
	_cleanup_document_ struct document document = {};

	if (wish->settings.n == 0) {
		text_add(ret, domain->s, domain->n);
		return 0;
	}
	request_begin_in_place(&asked.plan.request);
	for (size_t i = 0; i < wish->settings.n; i++)
		if (take_setting(&asked, &wish->settings.v[i], error) < 0)
			return error_wrap(error, "annotation " VMI_PREFIX "%s",
					  wish->settings.v[i].flag);
	if (check_needs(&asked, error) < 0)
		return -1;
	if (document_parse("the domain", domain->s, domain->n, &document, error) < 0)
		return -1;
	return plan_asked(&document, &asked, ret, error);
}

static int plan_into(const void *user, int fd, struct error *error)
{
	const struct hook *hook = user;
	_cleanup_vmi_wish_ struct vmi_wish wish = {};
	_cleanup_text_ struct text xml = {};
	_cleanup_error_ struct error why = {};
	int rc = vmi_read(hook->vmi.s, hook->vmi.n, &wish, &why);
	struct guard_terms terms = {.strict = wish.strict,
				    .time_limit_s = wish.time_limit_s};

	if (guard_send_terms(fd, &terms, error) < 0)
		return -1;
	if (rc < 0)
		return error_input(error, "%s", why.message);
	if (plan_wish(&wish, &hook->domain, &xml, error) < 0)
		return -1;
	return file_write_fd(fd, "the pipe", xml.s, xml.n, error);
}

static int answer_hook(const struct hook *hook, struct error *error)
{
	_cleanup_guarded_ struct guarded guarded = {};
	_cleanup_error_ struct error why = {};

	if (guarded_run(plan_into, hook, &guarded, &why) == 0)
		return file_write_fd(STDOUT_FILENO, "standard output", guarded.answer.s,
				     guarded.answer.n, error);
	error_wrap(&why, "cannot plan");
	guard_say(&why);
	if (guarded.strict)
		return error_input(
			error,
			"the VMI is annotated as strict, so it must not start without a plan; see the message above");
	fputs("virt-layout: the domain is left unchanged\n", stderr);
	return file_write_fd(STDOUT_FILENO, "standard output", hook->domain.s,
			     hook->domain.n, error);
}

/* The argument itself, or the file if it is @FILE. */
static int take_word(struct text *text, const char *name, const char *word,
		     struct error *error)
{
	if (word[0] == '@' && file_read(word + 1, FILE_LIMIT, text, error) < 0)
		return option_wrap(error, name, word + 1);
	if (word[0] == '@')
		return 0;
	text_adds(text, word);
	return 0;
}

struct wish {
	const char *vmi, *domain;
};

static const struct option_row rows[] = {
	{"vmi", 0, "JSON", "the VirtualMachineInstance, or @FILE",
	 SET_STRING(struct wish, vmi)},
	{"domain", 0, "XML", "the domain, or @FILE", SET_STRING(struct wish, domain)},
	{},
};

static int run(const struct options *options, struct error *error)
{
	struct wish wish = {};
	struct hook hook = {};
	int rc;

	if (options_set(options, &wish, 0, 0, error) < 0)
		return -1;
	if (!wish.vmi || !wish.domain)
		return error_input(error,
				   "onDefineDomain needs --vmi JSON and --domain XML");
	rc = take_word(&hook.vmi, "vmi", wish.vmi, error);
	if (rc == 0)
		rc = take_word(&hook.domain, "domain", wish.domain, error);
	if (rc == 0)
		rc = answer_hook(&hook, error);
	text_free(&hook.vmi);
	text_free(&hook.domain);
	return rc;
}

const struct command define_command = {
	.name = "onDefineDomain",
	.args = "--vmi JSON --domain XML",
	.summary =
		"KubeVirt's hook: apply a plan to a domain that is about to be defined",
	.about =
		"Prints the domain, changed as the VMI's annotations virt-layout/... request,\nor unchanged if that is not possible. The program acts as this hook when it\nis called by the name onDefineDomain.",
	.rows = rows,
	.run = run,
};

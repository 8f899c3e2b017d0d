/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "commands/plan-nccl.h"

#include "base/streams.h"
#include "base/xml/document.h"
#include "planner/picture/pair.h"
#include "topology/nccl.h"
#include "topology/path.h"

/* The links of a device and of the switches above it are those of the host. */
static void take_links(const struct machine *host, const struct machine *guest,
		       const struct pair_link *pair, struct machine_link *links)
{
	int there = pair->host, here = pair->guest;
	uint32_t mb_s;

	while (there >= 0 && here >= 0) {
		int port = guest->functions.v[here].upstream;

		links[here] = machine_link_above(host, (size_t)there, &mb_s);
		/* The port of the device has the same link. */
		if (port >= 0 && !links[port].width)
			links[port] = links[here];
		here = machine_switch_above(guest, here);
		there = machine_switch_above(host, there);
	}
}

/* Vendor, family and model, if the guest's CPU is the host's. */
static void add_cpu_facts(struct text *text, const struct document *domain,
			  const struct machine *host)
{
	static const char *const facts[][2] = {{"vendor", "cpu.vendor"},
					       {"familyid", "cpu.family"},
					       {"modelid", "cpu.model"}};
	int cpu = document_find(domain, 0, "cpu");
	const char *mode = cpu < 0 ? NULL : document_attribute(domain, cpu, "mode");

	if (!mode || !has_prefix(mode, "host-"))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(facts); i++) {
		const char *value = machine_fact(host, facts[i][1]);

		if (!value)
			continue;
		text_printf(text, " %s=\"", facts[i][0]);
		text_add_xml(text, value);
		text_adds(text, "\"");
	}
}

int text_add_plan_nccl(struct text *text, const struct text *xml,
		       const struct machine *host, const struct target_wish *target,
		       struct error *error)
{
	const struct pair_wish wish = {.host = host, .target = target};
	_cleanup_document_ struct document domain = {};
	_cleanup_text_ struct text facts = {};
	_cleanup_free_ struct machine_link *links = NULL;
	_cleanup_(pair_free) struct pair pair = {};
	struct nccl_counts counts;

	if (document_parse("the plan", xml->s, xml->n, &domain, error) < 0 ||
	    pair_read(&domain, &wish, &pair, error) < 0)
		return -1;
	links = xcalloc(pair.guest.functions.n + 1, sizeof(*links));
	for (size_t i = 0; host && i < pair.links.n; i++)
		take_links(host, &pair.guest, &pair.links.v[i], links);
	text_adds(&facts, "");
	if (host)
		add_cpu_facts(&facts, &domain, host);
	counts = text_add_nccl(text, &pair.guest, links, facts.n ? facts.s : "");
	if (counts.written == 0 && counts.left_out == 0)
		streams_say(
			"note: the plan has no GPU or NIC, so the file has no devices; add them with --hostdev or --nic");
	if (counts.left_out > 0)
		streams_say(
			"note: %u GPU%s and NICs without a node in the guest are not in the file; NCCL finds them when it runs",
			counts.left_out, counts.left_out > 1 ? "s" : "");
	return 0;
}

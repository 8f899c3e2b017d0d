/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/plan/request/mirror.h"

#include "planner/plan/request/mirror-parts.h"

/* Whether a guest can have it. */
static bool is_ours(const char *architecture)
{
	return streq(architecture, "x86_64") || streq(architecture, "aarch64");
}

int mirror(const struct machine *machine, const struct mirror_options *options,
	   struct request *request, struct error *error)
{
	request->mirrored = true;
	/*
	 * In an existing domain the architecture is the domain's, which is not known
	 * here.
	 */
	if (machine->architecture && request->architecture &&
	    !streq(machine->architecture, request->architecture))
		request_note(
			request,
			"the machine is %s; the guest is %s, with the same nodes and devices%s%s",
			machine->architecture, request->architecture,
			is_ours(machine->architecture)
				? "; one like the machine needs --arch "
				: "",
			is_ours(machine->architecture) ? machine->architecture : "");
	if (mirror_nodes(machine, options, request, error) < 0)
		return -1;
	mirror_devices(machine, options, request);
	mirror_note_left_out(machine, request);
	return 0;
}

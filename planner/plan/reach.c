/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/plan/reach.h"
#include "planner/qemu/qemu-space.h"

#define NIC_ALIAS    "ua-mgmt" /* libvirt accepts only aliases that begin with "ua-" */
#define NETWORK      "mgmt"
#define DEFAULT_PORT 2222u

static unsigned port_of(const struct request *request)
{
	return request->mgmt_port ? request->mgmt_port : DEFAULT_PORT;
}

static bool is_user(const struct request *request)
{
	return streq_null(request->mgmt, "user");
}

static bool has_passt(const struct request *request)
{
	return target_has(&request->target, FEATURE_PASST);
}

void reach_set(const struct request *request, struct guest_device *nic)
{
	free(nic->type);
	free(nic->backend);
	nic->type = xstrdup("user");
	nic->backend = has_passt(request) ? xstrdup("passt") : NULL;
	if (has_passt(request)) {
		nic->ssh_port = port_of(request);
	} else {
		nic->alias = xstrdup(NIC_ALIAS);
		nic->write_alias = true;
	}
}

/* The value of -netdev. The caller frees it. */
static char *netdev_of(const struct request *request)
{
	return xasprintf("user,id=" NETWORK ",hostfwd=tcp:127.0.0.1:%u-:22",
			 port_of(request));
}

void reach_edit(const struct request *request, struct edits *edits, struct want *override)
{
	_cleanup_free_ char *netdev = netdev_of(request);
	struct want *commandline, *device, *property;

	if (!is_user(request) || has_passt(request))
		return;
	commandline = want_new("commandline");
	commandline->space = QEMU_SPACE;
	want_set(want_child(commandline, "arg"), "value", "-netdev");
	want_set(want_child(commandline, "arg"), "value", "%s", netdev);
	edit_insert(edits, 0, -1, commandline);
	want_free(commandline);
	device = want_child(override, "device");
	want_set(device, "alias", NIC_ALIAS);
	property = want_child(want_child(device, "frontend"), "property");
	want_set(property, "name", "netdev");
	want_set(property, "type", "string");
	want_set(property, "value", NETWORK);
}

void reach_note(struct request *request)
{
	if (!request->mgmt)
		return;
	if (!is_user(request)) {
		request_note(
			request,
			"to reach the guest: ssh USER@ADDRESS, with the address that `virsh domifaddr %s` prints",
			request->name);
		return;
	}
	request_note(request, "to reach the guest: ssh -p %u USER@127.0.0.1%s",
		     port_of(request),
		     has_passt(request) ? " (this host needs the program passt)" : "");
}

/* Whether <portForward> leads from the requested port to ssh. */
static bool forwards(const struct request *request, const struct guest *guest,
		     const struct guest_device *nic)
{
	int range = document_find(guest->document, nic->element, "portForward/range");
	int backend = document_child(guest->document, nic->element, "backend");
	_cleanup_free_ char *port = xasprintf("%u", port_of(request));

	if (backend < 0 || range < 0 ||
	    !streq_null(document_attribute(guest->document, backend, "type"), "passt"))
		return false;
	return streq_null(document_attribute(guest->document, range, "start"), port) &&
	       streq_null(document_attribute(guest->document, range, "to"), "22");
}

static bool has_netdev(const struct request *request, const struct guest *guest)
{
	_cleanup_free_ char *netdev = netdev_of(request);

	for (size_t i = 0; i < guest->qemu_arguments.n; i++)
		if (streq(guest->qemu_arguments.v[i], netdev))
			return true;
	return false;
}

bool reach_has(const struct request *request, const struct guest *guest)
{
	for (size_t i = 0; i < guest->devices.n; i++) {
		const struct guest_device *nic = &guest->devices.v[i];

		if (!streq(nic->tag, "interface"))
			continue;
		if (!is_user(request)
			    ? streq_null(nic->type, "network") &&
				      streq_null(nic->source_name,
						 request->mgmt + strlen("network="))
			    : forwards(request, guest, nic) ||
				      (streq_null(nic->alias, NIC_ALIAS) &&
				       has_netdev(request, guest)))
			return true;
	}
	return false;
}

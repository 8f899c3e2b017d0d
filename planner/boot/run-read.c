/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* run-read.c - domains of a libvirt daemon, as XML; see run.h. Changes nothing. */
#include "planner/boot/run.h"

#include "base/mem.h"

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <stdio.h>
#include <stdlib.h>

static void be_quiet(void *opaque, virErrorPtr error)
{
	(void)opaque;
	(void)error;
}

static int failed(const struct run_read *wish, const char *name, struct error *error)
{
	const char *message = virGetLastErrorMessage();
	const char *set = getenv("LIBVIRT_DEFAULT_URI");
	bool absent = name && virGetLastErrorCode() == VIR_ERR_NO_DOMAIN;

	if (!message || !*message)
		message = "no reason given";
	if (absent)
		return error_input(error, "%s: there is no such domain%s%s", name,
				   *wish->uri ? " at " : "", wish->uri);
	if (name)
		return error_system(error, 0, "%s: %s", name, message);
	if (*wish->uri)
		return error_system(error, 0, "cannot connect to %s: %s", wish->uri,
				    message);
	if (set && *set)
		return error_system(error, 0,
				    "cannot connect to %s (LIBVIRT_DEFAULT_URI): %s", set,
				    message);
	return error_system(
		error, 0,
		"cannot connect to libvirt's default URI: %s; name another one, such as qemu:///system, with --connect or in LIBVIRT_DEFAULT_URI",
		message);
}

/* A name, a UUID or, of a running domain, an id. */
static virDomainPtr look_up(virConnectPtr connection, const char *name)
{
	virDomainPtr domain = virDomainLookupByName(connection, name);
	uint32_t id;

	if (!domain)
		domain = virDomainLookupByUUIDString(connection, name);
	if (!domain && parse_u32(name, &id) && id <= INT32_MAX)
		domain = virDomainLookupByID(connection, (int)id);
	/* Whatever failed last: the message is to be about the name. */
	return domain ? domain : virDomainLookupByName(connection, name);
}

static int print_domain(const struct run_read *wish, virDomainPtr domain,
			struct error *error)
{
	const char *name = virDomainGetName(domain);
	_cleanup_free_ char *xml =
		virDomainGetXMLDesc(domain, wish->inactive ? VIR_DOMAIN_XML_INACTIVE : 0);

	if (!xml)
		return failed(wish, name, error);
	fwrite(name, 1, strlen(name) + 1, stdout);
	fwrite(xml, 1, strlen(xml) + 1, stdout);
	return 0;
}

static int print_all(const struct run_read *wish, virConnectPtr connection,
		     struct error *error)
{
	virDomainPtr *domains = NULL;
	int n = virConnectListAllDomains(connection, &domains, 0), rc = 0;

	if (n < 0)
		return failed(wish, NULL, error);
	for (int i = 0; i < n; i++) {
		/* One that was undefined in the meantime is not among all of them. */
		if (rc == 0 && print_domain(wish, domains[i], error) < 0 &&
		    error->status != STATUS_INPUT)
			rc = -1;
		virDomainFree(domains[i]);
	}
	free(domains);
	return rc;
}

static int print_named(const struct run_read *wish, virConnectPtr connection,
		       struct error *error)
{
	for (int i = 0; i < wish->n_names; i++) {
		virDomainPtr domain = look_up(connection, wish->names[i]);
		int rc;

		if (!domain)
			return failed(wish, wish->names[i], error);
		rc = print_domain(wish, domain, error);
		virDomainFree(domain);
		if (rc < 0)
			return -1;
	}
	return 0;
}

int run_read(const struct run_read *wish, struct error *error)
{
	virConnectPtr connection;
	int rc;

	virSetErrorFunc(NULL, be_quiet);
	connection = virConnectOpenAuth(*wish->uri ? wish->uri : NULL,
					virConnectAuthPtrDefault, VIR_CONNECT_RO);
	if (!connection)
		return failed(wish, NULL, error);
	rc = wish->all ? print_all(wish, connection, error)
		       : print_named(wish, connection, error);
	virConnectClose(connection);
	return rc;
}

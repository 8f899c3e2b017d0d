/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * paths.c - what drivers in the guest conclude from the paths between its host devices:
 * --override link gives the ports above them the speed of the link that they have on the
 * host, and --override clique tells NVIDIA's driver which GPUs may access each other.
 * libvirt has no elements for these properties of QEMU, so they go into <qemu:override>.
 */
#include "planner/plan/in-place/tree.h"

#include "planner/guest/port-link.h"
#include "planner/qemu/qemu-space.h"
#include "topology/matrix.h"
#include "topology/path.h"

#define CLIQUE  "x-nv-gpudirect-clique"
#define CLIQUES 16u /* QEMU hw/vfio/pci-quirks.c: four bits */

/* The host function of a planned device, or -1. */
static int function_of(const struct in_place *plan, const struct guest_device *device)
{
	return in_place_is_host_device(device)
		       ? machine_function_index(plan->host, device->source.at)
		       : -1;
}

/*
 * A child of <qemu:override> or of an element in it, with a value of an attribute unless
 * it is NULL; or -1. All of them are in QEMU's namespace.
 */
static int child_with(const struct document *document, int element, const char *tag,
		      const char *attribute, const char *value)
{
	int child = element < 0 ? -1 : document_child(document, element, NULL);

	while (child >= 0 &&
	       (!streq(document_element_name(document, child), tag) ||
		(attribute &&
		 !streq_null(document_attribute(document, child, attribute), value))))
		child = document_next(document, child, NULL);
	return child;
}

/* Where the domain's <qemu:override> has properties of a device, or -1. */
static int frontend_of(const struct in_place *plan, const char *alias)
{
	int device = child_with(plan->document, in_place_find_override(plan->document),
				"device", "alias", alias);

	return child_with(plan->document, device, "frontend", NULL, NULL);
}

static void set_property(const struct in_place *plan, struct want *override,
			 struct edits *edits, const char *alias, const char *name,
			 const char *type, const char *value)
{
	int frontend = frontend_of(plan, alias);
	int there = child_with(plan->document, frontend, "property", "name", name);
	struct want *property = want_new("property"), *device;

	want_set(property, "name", "%s", name);
	want_set(property, "type", "%s", type);
	want_set(property, "value", "%s", value);
	if (frontend < 0) {
		device = want_child(override, "device");
		want_set(device, "alias", "%s", alias);
		*vec_add(&want_child(device, "frontend")->children) = property;
		return;
	}
	property->space = QEMU_SPACE;
	if (there >= 0)
		edit_merge(edits, there, property);
	else
		edit_insert(edits, frontend, -1, property);
	want_free(property);
}

/* As QEMU spells it: GT/s. */
static const char *speed_word(uint32_t speed_mt_s)
{
	static const struct {
		uint32_t speed_mt_s;
		const char *word;
	} rows[] = {{64000, "64"}, {32000, "32"}, {16000, "16"},
		    {8000, "8"},   {5000, "5"},   {0, "2_5"}};
	size_t i = 0;

	while (speed_mt_s < rows[i].speed_mt_s)
		i++;
	return rows[i].word;
}

/* The fastest link that a device in a port has on the host. */
static struct machine_link link_needed(const struct in_place *plan, unsigned bus)
{
	struct machine_link most = {};

	for (size_t i = 0; i < plan->new.devices.n; i++) {
		const struct guest_device *device = &plan->new.devices.v[i];
		int function = function_of(plan, device);
		struct machine_link link;
		uint32_t mb_s;

		if (function < 0 || !guest_address_on_pci(&device->address) ||
		    device->address.at.bus != bus)
			continue;
		link = machine_link_above(plan->host, (size_t)function, &mb_s);
		if (link.speed_mt_s > most.speed_mt_s)
			most = link;
	}
	return most;
}

static void override_port(const struct in_place *plan, struct want *override,
			  struct edits *edits, const struct guest_controller *port)
{
	struct machine_link needed = link_needed(plan, (unsigned)guest_pci_index(port));
	struct machine_link has = guest_port_link(&plan->old, port);
	_cleanup_free_ char *alias = guest_port_alias(port);
	_cleanup_free_ char *needs = feature_needs(FEATURE_PORT_32_GT);
	uint32_t most = target_has(&plan->request->target, FEATURE_PORT_32_GT)
				? UINT32_MAX
				: 16000;

	if (needed.speed_mt_s <= has.speed_mt_s)
		return;
	if (!guest_port_has_speed(port))
		request_note(
			plan->request,
			"--override link: %s has 2.5 GT/s, because only QEMU's root ports have a property for it; --per node puts devices into root ports",
			alias);
	else if (needed.speed_mt_s > most)
		request_note(
			plan->request,
			"--override link: %s has 16 GT/s, because more needs %s; the device has %u",
			alias, needs, needed.speed_mt_s / 1000);
	if (guest_port_has_speed(port) && MIN(needed.speed_mt_s, most) > has.speed_mt_s)
		set_property(plan, override, edits, alias, "x-speed", "string",
			     speed_word(MIN(needed.speed_mt_s, most)));
}

static void override_links(const struct in_place *plan, struct want *override,
			   struct edits *edits)
{
	for (size_t i = 0; i < plan->new.controllers.n; i++) {
		const struct guest_controller *c = &plan->new.controllers.v[i];

		if (guest_pci_index(c) > 0 &&
		    controller_role(controller_model_of(c)) == ROLE_PORT)
			override_port(plan, override, edits, c);
	}
}

static bool is_gpu(const struct in_place *plan, size_t i)
{
	int function = function_of(plan, &plan->new.devices.v[i]);
	const struct machine_function *f =
		function < 0 ? NULL : &plan->host->functions.v[function];

	return f && matrix_is_nvidia_gpu(f);
}

/* Not virtual functions of one GPU (clique-missing). */
static bool are_near(const struct in_place *plan, size_t a, size_t b)
{
	int from = function_of(plan, &plan->new.devices.v[a]);
	int to = function_of(plan, &plan->new.devices.v[b]);
	struct path path;

	if (machine_device_key(plan->host, from) == machine_device_key(plan->host, to))
		return false;
	machine_path(plan->host, (size_t)from, (size_t)to, &path);
	return path.kind == PATH_PIX || path.kind == PATH_PXB;
}

/*
 * The first GPU of the devices that switches of the host connect with this one; the
 * device itself if it is the first, SIZE_MAX if it is the only one.
 */
static size_t first_near(const struct in_place *plan, size_t gpu)
{
	bool alone = true;

	for (size_t i = 0; i < plan->new.devices.n; i++) {
		if (i == gpu || !is_gpu(plan, i) || !are_near(plan, i, gpu))
			continue;
		if (i < gpu)
			return i;
		alone = false;
	}
	return alone ? SIZE_MAX : gpu;
}

/* The number that a GPU has already, or -1. */
static int clique_there(const struct in_place *plan, size_t i)
{
	const char *alias = plan->new.devices.v[i].alias;
	int property = alias ? child_with(plan->document, frontend_of(plan, alias),
					  "property", "name", CLIQUE)
			     : -1;
	const char *value =
		property < 0 ? NULL
			     : document_attribute(plan->document, property, "value");
	int number;

	return value && parse_int(value, &number) ? number : -1;
}

/* The number for a group: that of one of them, or one that no GPU has. */
static unsigned clique_for(const struct in_place *plan, size_t first, unsigned *next)
{
	bool used[CLIQUES] = {};

	for (size_t i = 0; i < plan->new.devices.n; i++) {
		int there = is_gpu(plan, i) ? clique_there(plan, i) : -1;

		if (there < 0 || there >= (int)CLIQUES)
			continue;
		if (first_near(plan, i) == first)
			return (unsigned)there;
		used[there] = true;
	}
	while (*next < CLIQUES && used[*next])
		(*next)++;
	return (*next)++;
}

static void override_cliques(const struct in_place *plan, struct want *override,
			     struct edits *edits)
{
	unsigned next = 0, count = 0;

	for (size_t first = 0; first < plan->new.devices.n; first++) {
		unsigned clique;

		if (!is_gpu(plan, first) || first_near(plan, first) != first)
			continue;
		clique = clique_for(plan, first, &next);
		for (size_t i = first; clique < CLIQUES && i < plan->new.devices.n; i++) {
			_cleanup_free_ char *value = xasprintf("%u", clique);

			if (!is_gpu(plan, i) || first_near(plan, i) != first)
				continue;
			count++;
			if (clique_there(plan, i) < 0)
				set_property(plan, override, edits,
					     plan->new.devices.v[i].alias, CLIQUE,
					     "unsigned", value);
		}
	}
	if (count == 0)
		request_note(
			plan->request,
			"--override clique: no switch of the host connects two NVIDIA GPUs of the guest");
}

void in_place_name_gpus(struct in_place *plan)
{
	for (size_t i = 0;
	     plan->request->override_clique && plan->host && i < plan->new.devices.n;
	     i++) {
		struct guest_device *device = &plan->new.devices.v[i];
		const struct pci_address *at = &device->source.at;

		if (!is_gpu(plan, i) || first_near(plan, i) == SIZE_MAX ||
		    (device->alias && has_prefix(device->alias, "ua-")))
			continue;
		free(device->alias);
		device->alias = xasprintf("ua-gpu-%04x-%02x-%02x-%x", at->domain, at->bus,
					  at->slot, at->function);
		device->write_alias = true;
	}
}

void in_place_override_paths(const struct in_place *plan, struct want *override,
			     struct edits *edits)
{
	if (plan->request->override_link && plan->host)
		override_links(plan, override, edits);
	if (plan->request->override_clique && plan->host)
		override_cliques(plan, override, edits);
}

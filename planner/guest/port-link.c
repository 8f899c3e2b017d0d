/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/guest/port-link.h"

#include "planner/guest/controller-model.h"
#include "topology/pci-config.h"

char *guest_port_alias(const struct guest_controller *controller)
{
	return controller->alias ? xstrdup(controller->alias)
				 : xasprintf("pci.%d", guest_pci_index(controller));
}

/* x-speed or x-width of a port in <qemu:override> or -global, NULL if neither is given.
 */
static const char *link_option(const struct guest *guest,
			       const struct guest_controller *c, const char *driver,
			       const char *name)
{
	const char *found = NULL;
	_cleanup_free_ char *alias = guest_port_alias(c);

	for (size_t i = 0; i < guest->commandline.additions.n; i++) {
		const struct addition *addition = &guest->commandline.additions.v[i];
		const char *owner = addition_text(addition, "alias");
		const char *value = addition_text(addition, name);

		if (!value)
			continue;
		if (addition->kind == ADDITION_OVERRIDE && streq_null(owner, alias))
			return value;
		if (addition->kind == ADDITION_GLOBAL &&
		    streq_null(addition->driver, driver))
			found = value;
	}
	return found;
}

struct machine_link guest_port_link(const struct guest *guest,
				    const struct guest_controller *controller)
{
	const struct controller_device *device = controller_device_of(controller);
	struct machine_link link = {.speed_mt_s = 2500, .width = 1};
	const char *speed, *width;

	if (!device || !streq(device->name, "pcie-root-port"))
		return link;
	speed = link_option(guest, controller, device->name, "x-speed");
	width = link_option(guest, controller, device->name, "x-width");
	link.speed_mt_s = !speed                ? 16000
			  : streq(speed, "2_5") ? 2500
						: pci_link_speed(speed);
	link.width = width ? pci_link_width(width) : 32;
	return link;
}

bool guest_port_has_speed(const struct guest_controller *port)
{
	return controller_model_of(port) == CONTROLLER_ROOT_PORT &&
	       !streq_null(port->model_name, "ioh3420");
}

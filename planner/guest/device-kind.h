/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * device-kind.h - one row for each kind of device that QEMU emulates and libvirt can
 * configure: libvirt's name for it, and what the guest's kernel sees. These numbers
 * appear nowhere else.
 */
#pragma once

#include "planner/guest/guest.h"
#include "planner/guest/target.h"

enum device_connection {
	CONNECT_PCIE,       /* needs a PCI Express port */
	CONNECT_PCI,        /* conventional PCI: libvirt adds a pcie-to-pci-bridge */
	CONNECT_INTEGRATED, /* only on pcie-root */
	CONNECT_SWITCHABLE, /* virtio: PCI Express in a port, conventional elsewhere */
};

struct device_kind {
	const char *name;  /* the user's name for it, as in --device NAME */
	const char *tag;   /* element: "interface"; "controller" for controllers */
	const char *type;  /* type attribute (controllers), or NULL */
	const char *model; /* NULL: any */
	uint16_t vendor, device;
	uint32_t class_code; /* 24 bits */
	enum device_connection connection;
	bool io_bar;     /* needs I/O ports even in a PCI Express port */
	bool assignable; /* useful to pass to a nested guest */
	unsigned vfs;    /* SR-IOV: sriov_totalvfs in the guest */
	enum feature needs;
};

/* By the user's name, or NULL. Only kinds that a plan can add. */
const struct device_kind *device_kind_named(const char *name);
/* An assigned PCI device of the host, whose identity is not known. */
const struct device_kind *device_kind_hostdev(void);
/* "e1000e, igb, ..." for messages. The caller frees it. */
char *device_kind_names(void) _must_check_;
/* NULL if the kind is unknown (a hostdev) or the device is not on PCI. */
const struct device_kind *device_kind_of(const struct guest_device *device);
const struct device_kind *device_kind_of_controller(const struct guest_controller *c);
/*
 * Whether libvirt gives this device a PCI address: a hostdev of type pci, or a known
 * kind.
 */
bool device_on_pci(const struct guest_device *device);
/*
 * Whether any known version of libvirt accepts an element of this name in <devices> (9.0
 * src/conf/domain_conf.c, virDomainDeviceTypeFromString; 9.1 <crypto>, 10.6 <pstore>). It
 * silently drops others.
 */
bool device_element_known(const char *name);
/*
 * The model of an interface that has none, by its type (NULL: an ordinary one); NULL: it
 * is a host device. Boards without PCI have others. Source: libvirt 9.0
 * src/qemu/qemu_domain.c, qemuDomainDefaultNetModel; measured with libvirt 9.0 and 12.9.
 */
const char *device_default_card(const struct guest *guest, const char *type);
/* The same of any device whose default depends on the machine type. */
const char *device_default_model(const struct guest *guest,
				 const struct guest_device *device);
/* A network card's name as libvirt writes it: its own, or @model if it knows none. */
const char *device_card_name(const char *model);
/* Whether libvirt takes a network card for a conventional PCI device. */
bool device_card_conventional(const char *model);
/* Whether it is one of the models of virtio cards; virtio-net is a name of QEMU only. */
bool device_card_is_virtio(const char *model);
bool controller_on_pci(const struct guest_controller *controller);
/*
 * A virtio device of the present generation, or of the one before it (virtio 1.2, 4.1.2).
 * The vendor does not tell: ivshmem has virtio's.
 */
bool device_kind_is_virtio(const struct device_kind *kind);
bool device_kind_is_legacy(const struct device_kind *kind);
/* Whether another process is its back end, with the protocol vhost-user. */
bool device_is_vhost_user(const struct guest_device *device);
/*
 * The device identifier that the guest reads if the device is not in a PCI Express port:
 * a virtio device that may be of either generation is transitional there (QEMU 7.2
 * hw/virtio/virtio-pci.c, disable-legacy=auto; virtio 1.2, 4.1.2.1).
 */
uint16_t device_kind_legacy_id(const struct device_kind *kind);
/*
 * Whether a virtio device is transitional: its model says so, or it is not in a PCI
 * Express port and may be of either generation. QEMU refuses iommu='on' then. False if it
 * has no address. @above is the PCI controller that its address names, or NULL.
 */
bool device_is_transitional(const struct guest_device *device,
			    const struct guest_controller *above);
bool controller_is_transitional(const struct guest_controller *controller,
				const struct guest_controller *above);

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * prepare-devices.c - devices of a dry boot, without their host. A device keeps its guest
 * side (model, address, MAC), so that the PCI tree is the planned one, and gets a
 * harmless back end; one that needs the host is left out.
 */
#include "planner/boot/prepare-parts.h"

#include "planner/boot/prepare.h"

#include "base/mem.h"
#include "planner/qemu/stand-in.h"

static void add_attribute(struct prepare *p, struct text *text, int element,
			  const char *name)
{
	const char *value =
		element < 0 ? NULL : document_attribute(p->domain, element, name);

	if (!value)
		return;
	text_printf(text, " %s='", name);
	text_add_xml(text, value);
	text_adds(text, "'");
}

/* Devices that are PCI functions even without an explicit address. */
static bool is_function(const struct prepare *p, int element)
{
	static const struct {
		const char *name, *type;
	} rows[] = {{"hostdev", "pci"},    {"hostdev", "mdev"},  {"interface", "hostdev"},
		    {"interface", "vdpa"}, {"filesystem", NULL}, {"shmem", NULL},
		    {"vsock", NULL}};
	int address = document_child(p->domain, element, "address");
	const char *name = document_element_name(p->domain, element);
	const char *type = document_attribute(p->domain, element, "type");

	if (p->domain->elements.v[element].parent != p->devices)
		return false;
	if (address >= 0)
		return streq_null(document_attribute(p->domain, address, "type"), "pci");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (streq(rows[i].name, name) &&
		    (!rows[i].type || streq_null(rows[i].type, type)))
			return true;
	return false;
}

/*
 * A function that needs nothing from the host and fits on any PCI bus. Its alias tells
 * predict.h that its identity differs from the planned one.
 */
static void stand_in(struct prepare *p, int element)
{
	static const char *const parts[] = {"domain", "bus", "slot", "function",
					    "multifunction"};
	int address = document_child(p->domain, element, "address");
	_cleanup_text_ struct text text = {};

	text_printf(&text,
		    "<input type='keyboard' bus='virtio'><alias name='" STAND_IN_ALIAS
		    "%u'/>",
		    p->stand_ins++);
	if (address >= 0) {
		text_adds(&text, "<address type='pci'");
		for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
			add_attribute(p, &text, address, parts[i]);
		text_adds(&text, "/>");
	}
	text_adds(&text, "</input>");
	edit_replace(&p->edits, document_whole(p->domain, element), text.s);
}

static struct substitution *note_removed(struct prepare *p, int element, const char *what,
					 const char *why)
{
	struct substitution *s = prepare_note(p, what, element);
	const char *type = document_attribute(p->domain, element, "type");

	s->planned = xstrdup(type ? type : document_element_name(p->domain, element));
	s->why = why;
	return s;
}

void prepare_remove(struct prepare *p, int element, const char *what, const char *why)
{
	struct substitution *s = note_removed(p, element, what, why);

	if (!is_function(p, element)) {
		edit_remove(&p->edits, element);
		return;
	}
	s->booted = xstrdup("a stand-in at its PCI address");
	stand_in(p, element);
}

/*
 * The other end of a channel or console is on this host; at least it is a socket that
 * libvirt creates (whose path may be too long in a private root). The guest's end is
 * kept.
 */
static void close_channel(struct prepare *p, int channel)
{
	static const char *const quiet[] = {"unix", "pty", "null"};
	const char *name = document_element_name(p->domain, channel);
	const char *type = document_attribute(p->domain, channel, "type"), *path = NULL;
	int source = document_child(p->domain, channel, "source");
	struct want *want = want_new(name);
	struct substitution *s;
	bool plain = source < 0 && document_child(p->domain, channel, "log") < 0;
	size_t i = 0;

	want_set(want, "type", "null");
	edit_merge(&p->edits, channel, want);
	want_free(want);
	while (i < ARRAY_SIZE(quiet) && !streq_null(quiet[i], type))
		i++;
	if (plain && i < ARRAY_SIZE(quiet))
		return;
	s = prepare_note(p, streq(name, "channel") ? "channel" : "console",
			 source < 0 ? channel : source);
	path = source < 0 ? type : document_attribute(p->domain, source, "path");
	s->planned = xstrdup(path ? path : "source");
	s->why = "no socket or file of this host is used";
	prepare_drop(p, channel, "source");
	prepare_drop(p, channel, "log");
}

static void replace_rng(struct prepare *p, int backend)
{
	const struct document_element *e = &p->domain->elements.v[backend];
	const char *model = document_attribute(p->domain, backend, "model");
	_cleanup_free_ char *content = document_content(p->domain, backend);
	struct substitution *s;

	if (streq_null(model, "builtin") ||
	    (streq_null(model, "random") &&
	     (!*content || streq(content, "/dev/urandom"))))
		return;
	s = prepare_note(p, "random numbers", backend);

	s->planned = xstrdup(model ? model : "backend");
	s->booted = xstrdup("random");
	s->why = "no daemon or file of this host is used";
	edit_replace(&p->edits,
		     (struct span){e->start_tag.start,
				   e->self_closing ? e->start_tag.end : e->end_tag.end},
		     "<backend model='random'>/dev/urandom</backend>");
}

/* A console on a serial port is removed with the port; one on virtio is kept. */
static void remove_consoles(struct prepare *p)
{
	const char *why = p->options->paused
				  ? "a guest that is not run needs no serial port"
				  : "virt-layout uses the only serial port of the copy";

	int serial = document_child(p->domain, p->devices, "serial");

	for (int e = serial; e >= 0; e = document_next(p->domain, e, "serial"))
		prepare_remove(p, e, "serial port", why);
	for (int e = document_child(p->domain, p->devices, "console"); e >= 0;
	     e = document_next(p->domain, e, "console")) {
		int target = document_child(p->domain, e, "target");
		const char *type =
			target < 0 ? NULL : document_attribute(p->domain, target, "type");

		if (type && !streq(type, "serial")) {
			close_channel(p, e);
		} else if (serial >= 0) {
			note_removed(p, e, "console", why);
			edit_remove(&p->edits, e);
		} else {
			prepare_remove(p, e, "console", why);
		}
	}
	for (int e = document_child(p->domain, p->devices, "channel"); e >= 0;
	     e = document_next(p->domain, e, "channel")) {
		const char *type = document_attribute(p->domain, e, "type");

		if (type && (streq(type, "spicevmc") || streq(type, "spiceport") ||
			     streq(type, "qemu-vdagent")))
			prepare_remove(p, e, "channel", "needs a client");
		else
			close_channel(p, e);
	}
}

/* Random numbers from a daemon, or memory from a file, are on this host. */
static void remove_back_ends(struct prepare *p)
{
	for (int e = document_child(p->domain, p->devices, "rng"); e >= 0;
	     e = document_next(p->domain, e, "rng"))
		for (int c = document_child(p->domain, e, "backend"); c >= 0;
		     c = document_next(p->domain, c, "backend"))
			replace_rng(p, c);
	for (int e = document_child(p->domain, p->devices, "memory"); e >= 0;
	     e = document_next(p->domain, e, "memory"))
		if (document_find(p->domain, e, "source/path") >= 0)
			prepare_remove(p, e, "memory device",
				       "would open a file on this host");
}

/* Adds an element of the domain unchanged. */
static void add_as_is(struct prepare *p, struct text *text, int element)
{
	const struct document_element *e = &p->domain->elements.v[element];
	size_t end = e->self_closing ? e->start_tag.end : e->end_tag.end;

	text_add(text, p->domain->text.s + e->start_tag.start, end - e->start_tag.start);
}

/* The guest's side of a device; everything else in a disk or interface is the host's. */
static const char *const guest_side[] = {"target", "mac",     "model",   "address",
					 "alias",  "boot",    "serial",  "wwn",
					 "vendor", "product", "rom",     "link",
					 "mtu",    "acpi",    "geometry"};
static const char *const driver_guest_side[] = {"iommu",     "ats",
						"packed",    "page_per_vq",
						"queues",    "rx_queue_size",
						"iothread",  "tx_queue_size",
						"queue_size"};

/* The driver with @words; the threads that share the queues of a disk are kept. */
static void add_driver(struct prepare *p, struct text *text, int device,
		       const char *words)
{
	int driver = document_child(p->domain, device, "driver");
	int threads = driver < 0 ? -1 : document_child(p->domain, driver, "iothreads");

	text_printf(text, "<driver%s", words);
	for (size_t i = 0; i < ARRAY_SIZE(driver_guest_side); i++)
		add_attribute(p, text, driver, driver_guest_side[i]);
	if (threads < 0) {
		text_adds(text, "/>");
		return;
	}
	text_adds(text, ">");
	add_as_is(p, text, threads);
	text_adds(text, "</driver>");
}

/* Rewrites a device: the driver with @driver, the guest's side, and @source. */
static void rewrite_device(struct prepare *p, int device, const char *type,
			   const char *driver, const char *source)
{
	const char *name = document_element_name(p->domain, device);
	const struct document_element *e = &p->domain->elements.v[device];
	_cleanup_text_ struct text text = {};
	bool disk = streq(name, "disk");

	text_printf(&text, "<%s type='%s'", name, type);
	add_attribute(p, &text, device, "device");
	add_attribute(p, &text, device, "model");
	text_adds(&text, ">");
	add_driver(p, &text, device, driver);
	text_adds(&text, source);
	for (size_t i = 0; i < ARRAY_SIZE(guest_side); i++)
		for (int c = document_child(p->domain, device, guest_side[i]); c >= 0;
		     c = document_next(p->domain, c, guest_side[i]))
			if (disk || !streq(guest_side[i], "target"))
				add_as_is(p, &text, c);
	text_printf(&text, "</%s>", name);
	edit_replace(&p->edits,
		     (struct span){e->start_tag.start,
				   e->self_closing ? e->start_tag.end : e->end_tag.end},
		     text.s);
}

static void replace_disk(struct prepare *p, int disk)
{
	static const char *const origins[] = {"file", "dev", "volume",
					      "name", "dir", "type"};
	const char *device = document_attribute(p->domain, disk, "device");
	int source = document_child(p->domain, disk, "source");
	bool removable = device && (streq(device, "cdrom") || streq(device, "floppy"));
	struct substitution *s = prepare_note(p, "disk", disk);
	_cleanup_text_ struct text file = {};

	for (size_t i = 0; source >= 0 && !s->planned && i < ARRAY_SIZE(origins); i++) {
		const char *origin = document_attribute(p->domain, source, origins[i]);

		s->planned = origin ? xstrdup(origin) : NULL;
	}
	s->booted = xstrdup(removable ? "an empty drive" : "an empty scratch file");
	s->why = "no disk of this host is opened";
	if (!removable) {
		text_adds(&file, "<source file='");
		text_add_xml(&file, p->options->root);
		text_adds(&file, "/" BOOT_SCRATCH_DISK "'/><shareable/>");
	}
	rewrite_device(p, disk, "file", " name='qemu' type='raw'", file.s ? file.s : "");
}

bool prepare_replaces_interface(const struct prepare *p, int interface)
{
	const char *type = document_attribute(p->domain, interface, "type");

	return type && (!streq(type, "user") ||
			document_child(p->domain, interface, "backend") >= 0 ||
			document_child(p->domain, interface, "source") >= 0);
}

static void replace_interface(struct prepare *p, int interface)
{
	const char *type = document_attribute(p->domain, interface, "type");
	struct substitution *s;

	if (!prepare_replaces_interface(p, interface))
		return;
	if (streq(type, "hostdev") || streq(type, "vdpa")) {
		prepare_remove(p, interface, "host device",
			       "would take a device from this host");
		return;
	}
	s = prepare_note(p, "network", interface);
	s->planned = streq(type, "user") ? xstrdup("user, with its own back end")
					 : xstrdup(type);
	s->booted = xstrdup("user");
	s->why = "no network of this host is used";
	rewrite_device(p, interface, "user", "", "");
}

void prepare_devices(struct prepare *p)
{
	remove_consoles(p);
	remove_back_ends(p);
	for (int e = document_child(p->domain, p->devices, "disk"); e >= 0;
	     e = document_next(p->domain, e, "disk"))
		replace_disk(p, e);
	for (int e = document_child(p->domain, p->devices, "interface"); e >= 0;
	     e = document_next(p->domain, e, "interface"))
		replace_interface(p, e);
}

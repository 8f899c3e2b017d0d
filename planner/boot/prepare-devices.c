/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * prepare-devices.c - what a dry boot does not take from its host. A device keeps its
 * guest's side (model, address, MAC), so that the PCI tree is the planned one, and gets a
 * back end that touches nothing; one that cannot do without this host is left out.
 */
#include "planner/boot/prepare-parts.h"

#include "base/mem.h"

/* Elements left out whole. Those that are PCI functions in the guest say so. */
static const struct removal {
	const char *path, *what, *why;
} removals[] = {
	{ "numatune", "host placement", "a dry boot need not run where the guest will" },
	{ "cputune", "host placement", "a dry boot need not run where the guest will" },
	{ "resource", "host placement", "a dry boot belongs to no cgroup" },
	{ "memtune", "host limits", "a dry boot locks no memory" },
	{ "blkiotune", "host limits", "a dry boot has no disks of the host" },
	{ "memoryBacking", "memory backing", "a dry boot takes no huge pages" },
	{ "launchSecurity", "launch security", "needs this host's processor" },
	{ "seclabel", "security label", "nothing of the host is opened" },
	{ "devices/graphics", "graphics", "nobody looks on" },
	{ "devices/audio", "audio", "nobody listens" },
	{ "devices/redirdev", "redirected device", "needs a client" },
	{ "devices/smartcard", "smart card", "needs a client" },
	{ "devices/tpm", "tpm", "needs an emulator beside QEMU; not on PCI" },
	{ "devices/serial", "serial port", "the first one is ours" },
	{ "devices/parallel", "parallel port", "needs a device of the host" },
	{ "devices/hostdev", "host device", "would take a device from this host; its "
					    "address stays empty" },
	{ "devices/filesystem", "file system", "would share a directory of this host; "
					       "its address stays empty" },
	{ "devices/shmem", "shared memory", "would be made on this host; its address "
					    "stays empty" },
	{ "devices/vsock", "vsock", "needs a number on this host; its address stays "
				    "empty" },
	{ "devices/panic", "panic device", "a panic ends the boot; not on PCI" },
};

static int parent_of_path(struct prepare *p, const char *path, const char **ret_name)
{
	const char *slash = strchr(path, '/');

	*ret_name = slash ? slash + 1 : path;
	return slash ? p->devices : 0;
}

static void remove_element(struct prepare *p, int element, const struct removal *row)
{
	struct substitution *s = prepare_note(p, row->what, element);
	const char *type = document_attribute(p->domain, element, "type");

	s->planned = xstrdup(type ? type : document_element_name(p->domain, element));
	s->why = row->why;
	edit_remove(&p->edits, element);
}

static void remove_elements(struct prepare *p)
{
	for (size_t i = 0; i < ARRAY_SIZE(removals); i++) {
		const char *name;
		int parent = parent_of_path(p, removals[i].path, &name);

		if (parent < 0)
			continue;
		for (int e = document_child(p->domain, parent, name); e >= 0;
		     e = document_next(p->domain, e, name))
			remove_element(p, e, &removals[i]);
	}
}

/*
 * A channel's other end is on this host, a socket that libvirt makes up at least (whose
 * path may become too long for one in a private root). The guest's end stays.
 */
static void close_channel(struct prepare *p, int channel)
{
	int source = document_child(p->domain, channel, "source");
	struct want *want = want_new("channel");
	struct substitution *s;

	want_set(want, "type", "null");
	edit_merge(&p->edits, channel, want);
	want_free(want);
	if (source < 0)
		return;
	s = prepare_note(p, "channel", source);
	s->planned = xstrdup(document_attribute(p->domain, source, "path")
				     ? document_attribute(p->domain, source, "path")
				     : "source");
	s->why = "no socket or file of this host is used";
	edit_remove(&p->edits, source);
}

static void replace_rng(struct prepare *p, int backend)
{
	const struct document_element *e = &p->domain->elements.v[backend];
	struct substitution *s = prepare_note(p, "random numbers", backend);

	s->planned = xstrdup("egd");
	s->booted = xstrdup("random");
	s->why = "no daemon of this host is asked";
	edit_replace(&p->edits,
		     (struct span){ e->start_tag.start,
				    e->self_closing ? e->start_tag.end : e->end_tag.end },
		     "<backend model='random'>/dev/urandom</backend>");
}

/* A console on a serial port goes with the port; one on virtio stays. */
static void remove_consoles(struct prepare *p)
{
	static const struct removal row = { NULL, "console", "the first one is ours" };
	static const struct removal client = { NULL, "channel", "needs a client" };

	for (int e = document_child(p->domain, p->devices, "console"); e >= 0;
	     e = document_next(p->domain, e, "console")) {
		int target = document_child(p->domain, e, "target");
		const char *type =
			target < 0 ? NULL : document_attribute(p->domain, target, "type");

		if (!type || streq(type, "serial"))
			remove_element(p, e, &row);
	}
	for (int e = document_child(p->domain, p->devices, "channel"); e >= 0;
	     e = document_next(p->domain, e, "channel")) {
		const char *type = document_attribute(p->domain, e, "type");

		if (type && (streq(type, "spicevmc") || streq(type, "spiceport") ||
			     streq(type, "qemu-vdagent")))
			remove_element(p, e, &client);
		else
			close_channel(p, e);
	}
}

/* Random numbers from a daemon, memory from a file: this host's. */
static void remove_back_ends(struct prepare *p)
{
	static const struct removal file = { NULL, "memory device",
					     "would open a file of this host" };

	for (int e = document_child(p->domain, p->devices, "rng"); e >= 0;
	     e = document_next(p->domain, e, "rng"))
		for (int c = document_child(p->domain, e, "backend"); c >= 0;
		     c = document_next(p->domain, c, "backend"))
			if (streq_null(document_attribute(p->domain, c, "model"), "egd"))
				replace_rng(p, c);
	for (int e = document_child(p->domain, p->devices, "memory"); e >= 0;
	     e = document_next(p->domain, e, "memory"))
		if (document_find(p->domain, e, "source/path") >= 0)
			remove_element(p, e, &file);
}

/* <vcpu cpuset='8-11'>: pins, as <cputune> has them. */
static void unpin(struct prepare *p)
{
	int vcpu = document_child(p->domain, 0, "vcpu");
	const char *set = vcpu < 0 ? NULL : document_attribute(p->domain, vcpu, "cpuset");
	struct substitution *s;
	struct want *want;

	if (!set)
		return;
	want = want_new("vcpu");
	s = prepare_note(p, "host placement", vcpu);
	s->planned = xasprintf("cpuset %s", set);
	s->why = "a dry boot need not run where the guest will";
	want_unset(want, "cpuset");
	edit_merge(&p->edits, vcpu, want);
	want_free(want);
}

/* Adds an element of the domain as it stands. */
static void add_as_is(struct prepare *p, struct text *text, int element)
{
	const struct document_element *e = &p->domain->elements.v[element];
	size_t end = e->self_closing ? e->start_tag.end : e->end_tag.end;

	text_add(text, p->domain->text.s + e->start_tag.start, end - e->start_tag.start);
}

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

/* What a device is in the guest; all else of a disk or interface is this host's side. */
static const char *const guest_side[] = { "target", "mac",    "model", "address", "alias",
					  "boot",   "serial", "wwn",   "vendor",  "product",
					  "rom",    "link",   "mtu",   "acpi",	  "geometry" };
static const char *const driver_guest_side[] = { "iommu", "ats", "packed", "page_per_vq",
						 "queues", "rx_queue_size", "iothread",
						 "tx_queue_size", "queue_size" };

/* The driver with @words; the threads that share the queues of a disk stay. */
static void add_driver(struct prepare *p, struct text *text, int device, const char *words)
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

/* Rewrites a device: its driver with @driver before what the guest sees of it, @source. */
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
		     (struct span){ e->start_tag.start,
				    e->self_closing ? e->start_tag.end : e->end_tag.end },
		     text.s);
}

static void replace_disk(struct prepare *p, int disk)
{
	static const char *const origins[] = { "file", "dev", "volume", "name", "dir",
					       "type" };
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

static void replace_interface(struct prepare *p, int interface)
{
	static const struct removal gone = { NULL, "host device",
					     "would take a device from this host; its "
					     "address stays empty" };
	const char *type = document_attribute(p->domain, interface, "type");
	struct substitution *s;

	if (!type || (streq(type, "user") &&
		      document_child(p->domain, interface, "backend") < 0))
		return;
	if (streq(type, "hostdev") || streq(type, "vdpa")) {
		remove_element(p, interface, &gone);
		return;
	}
	s = prepare_note(p, "network", interface);
	s->planned = streq(type, "user") ? xstrdup("user with a back end of its own")
					 : xstrdup(type);
	s->booted = xstrdup("user");
	s->why = "no network of this host is joined";
	rewrite_device(p, interface, "user", "", "");
}

void prepare_devices(struct prepare *p)
{
	remove_elements(p);
	remove_consoles(p);
	remove_back_ends(p);
	unpin(p);
	for (int e = document_child(p->domain, p->devices, "disk"); e >= 0;
	     e = document_next(p->domain, e, "disk"))
		replace_disk(p, e);
	for (int e = document_child(p->domain, p->devices, "interface"); e >= 0;
	     e = document_next(p->domain, e, "interface"))
		replace_interface(p, e);
}

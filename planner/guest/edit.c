/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/guest/edit.h"

#include "planner/guest/want.h"

/* Merges the wanted element and releases it; if nothing is wanted, makes no edit. */
static void merge(struct edits *edits, int element, struct want *want)
{
	if (!want_is_empty(want))
		edit_merge(edits, element, want);
	want_free(want);
}

static void insert(struct edits *edits, int parent, int after, struct want *want)
{
	edit_insert(edits, parent, after, want);
	want_free(want);
}

/*
 * One of a guest's arrays. Every item begins with its element, so that one function
 * serves controllers, devices, IOMMUs and cells.
 */
struct list {
	const void *v;
	size_t n, size_bytes;
};
#define LIST(vec) ((struct list){(vec)->v, (vec)->n, sizeof(*(vec)->v)})

static const void *list_item(const struct list *list, size_t i)
{
	return (const char *)list->v + i * list->size_bytes;
}

static int element_of(const void *item)
{
	int element;

	memcpy(&element, item, sizeof(element));
	return element;
}

static const void *list_find(const struct list *list, int element)
{
	for (size_t i = 0; element >= 0 && i < list->n; i++)
		if (element_of(list_item(list, i)) == element)
			return list_item(list, i);
	return NULL;
}

typedef struct want *make_want(const void *new, const void *old);

/* Where the items of a list are, and after which of them new ones go. */
struct edit_slot {
	int parent, after;
};

/* Existing items: changed, or removed if they are not in @new. */
static void edit_known(struct edits *edits, struct list old, struct list new,
		       make_want *make)
{
	for (size_t i = 0; i < new.n; i++) {
		const void *item = list_item(&new, i);
		const void *was = list_find(&old, element_of(item));

		if (was)
			merge(edits, element_of(item), make(item, was));
	}
	for (size_t i = 0; i < old.n; i++)
		if (!list_find(&new, element_of(list_item(&old, i))))
			edit_remove(edits, element_of(list_item(&old, i)));
}

static void edit_list(struct edits *edits, struct list old, struct list new,
		      struct edit_slot slot, make_want *make)
{
	edit_known(edits, old, new, make);
	for (size_t i = 0; i < new.n; i++)
		if (!list_find(&old, element_of(list_item(&new, i))))
			insert(edits, slot.parent, slot.after,
			       make(list_item(&new, i), NULL));
}

static struct want *make_controller(const void *new, const void *old)
{
	return want_controller(new, old);
}

static struct want *make_device(const void *new, const void *old)
{
	return want_device(new, old);
}

static struct want *make_iommu(const void *new, const void *old)
{
	return want_iommu(new, old);
}

static struct want *make_cell(const void *new, const void *old)
{
	return want_cell(new, old);
}

static int last_controller(const struct guest *guest)
{
	int last = -1;

	for (size_t i = 0; i < guest->controllers.n; i++)
		last = MAX(last, guest->controllers.v[i].element);
	return last;
}

/* libvirt's own order of elements in a domain (virDomainDefFormatInternal). */
static const char *const order[] = {
	"name",
	"uuid",
	"genid",
	"title",
	"description",
	"metadata",
	"maxMemory",
	"memory",
	"currentMemory",
	"blkiotune",
	"memtune",
	"memoryBacking",
	"vcpu",
	"vcpus",
	"iothreads",
	"iothreadids",
	"defaultiothread",
	"cputune",
	"numatune",
	"resource",
	"sysinfo",
	"bootloader",
	"os",
	"idmap",
	"features",
	"cpu",
	"clock",
};

static size_t place_of(const char *name)
{
	size_t i = 0;

	while (i < ARRAY_SIZE(order) && !streq(order[i], name))
		i++;
	return i;
}

int guest_edit_anchor(const struct document *document, const char *name)
{
	size_t place = place_of(name);
	int anchor = -2;

	if (place == ARRAY_SIZE(order))
		return -1;
	for (int child = document_child(document, 0, NULL); child >= 0;
	     child = document_next(document, child, NULL))
		if (place_of(document_element_name(document, child)) < place)
			anchor = child;
	return anchor;
}

/* An existing child of @parent, or a new one at its end or in libvirt's order. */
static void merge_child(struct edits *edits, int parent, struct want *child)
{
	struct want parent_want = {
		.name = document_element_name(edits->document, parent)};

	if (want_is_empty(child)) {
		want_free(child);
		return;
	}
	if (parent == 0 && document_child(edits->document, 0, child->name) < 0) {
		insert(edits, 0, guest_edit_anchor(edits->document, child->name), child);
		return;
	}
	*vec_add(&parent_want.children) = child;
	edit_merge(edits, parent, &parent_want);
	want_free(child);
	vec_free(&parent_want.children);
}

static struct want *want_kib(const char *name, struct guest_number bytes)
{
	struct want *want = want_new(name);

	want_set(want, "unit", "KiB");
	want_content(want, "%ju", (uintmax_t)bytes.value / 1024);
	return want;
}

static void edit_memory(const struct guest *old, const struct guest *new,
			struct edits *edits)
{
	if (new->memory_bytes.state == VALUE_VALID &&
	    !number_is(old->memory_bytes, new->memory_bytes.value))
		merge_child(edits, 0, want_kib("memory", new->memory_bytes));
	if (new->current_memory_bytes.state == VALUE_VALID &&
	    !number_is(old->current_memory_bytes, new->current_memory_bytes.value))
		merge_child(edits, 0,
			    want_kib("currentMemory", new->current_memory_bytes));
}

static void edit_content(struct edits *edits, const char *name, const char *new,
			 const char *old)
{
	if (new && !streq_null(new, old))
		merge_child(edits, 0, want_content(want_new(name), "%s", new));
}

static struct want *want_os(const struct guest *new, const struct guest *old)
{
	struct want *os = want_new("os"), *type, *feature;
	const struct {
		const char *name, *new, *old;
	} direct[] = {
		{"kernel", new->kernel, old->kernel},
		{"initrd", new->initrd, old->initrd},
		{"cmdline", new->cmdline, old->cmdline},
	};

	want_string(os, "firmware", new->firmware, old->firmware);
	if (new->firmware_secure_boot.state == VALUE_VALID &&
	    !switch_is(old->firmware_secure_boot, new->firmware_secure_boot.on)) {
		feature = want_child(want_child(os, "firmware"), "feature");
		want_set(feature, "enabled", new->firmware_secure_boot.on ? "yes" : "no");
		want_set(feature, "name", "secure-boot");
	}
	if (!streq_null(new->architecture, old->architecture) ||
	    !streq_null(new->machine, old->machine)) {
		type = want_child(os, "type");
		want_string(type, "arch", new->architecture, old->architecture);
		want_string(type, "machine", new->machine, old->machine);
	}
	for (size_t i = 0; i < ARRAY_SIZE(direct); i++)
		if (direct[i].new && !streq_null(direct[i].new, direct[i].old))
			want_content(want_child(os, direct[i].name), "%s", direct[i].new);
	return os;
}

static struct want *want_features(const struct guest *new, const struct guest *old)
{
	struct want *features = want_new("features");

	if (new->acpi && !old->acpi)
		want_child(features, "acpi");
	if (new->ioapic_driver && !streq_null(new->ioapic_driver, old->ioapic_driver))
		want_set(want_child(features, "ioapic"), "driver", "%s",
			 new->ioapic_driver);
	if (switch_is(new->firmware_secure_boot, true) &&
	    !switch_is(old->firmware_secure_boot, true))
		want_set(want_child(features, "smm"), "state", "on");
	if (new->gic_version && !streq_null(new->gic_version, old->gic_version))
		want_set(want_child(features, "gic"), "version", "%s", new->gic_version);
	return features;
}

static void edit_vcpus(const struct guest *old, const struct guest *new,
		       struct edits *edits)
{
	if (new->vcpus.state == VALUE_VALID && !number_is(old->vcpus, new->vcpus.value))
		merge_child(edits, 0,
			    want_content(want_new("vcpu"), "%ju",
					 (uintmax_t) new->vcpus.value));
}

static void edit_iothreads(const struct guest *old, const struct guest *new,
			   struct edits *edits)
{
	if (new->iothreads.state == VALUE_VALID &&
	    !number_is(old->iothreads, new->iothreads.value))
		merge_child(edits, 0,
			    want_content(want_new("iothreads"), "%ju",
					 (uintmax_t) new->iothreads.value));
}

static bool same_features(const struct guest *a, const struct guest *b)
{
	return a->cpu_features.n == b->cpu_features.n;
}

/* A complete <numa>, for a domain that has none. */
static struct want *want_numa(const struct guest *new)
{
	struct want *numa = want_new("numa");

	for (size_t i = 0; i < new->cells.n; i++)
		*vec_add(&numa->children) = want_cell(&new->cells.v[i], NULL);
	if (new->interconnects.n > 0)
		*vec_add(&numa->children) = want_interconnects(new);
	return numa;
}

static void edit_cpu(const struct guest *old, const struct guest *new,
		     struct edits *edits)
{
	struct want *cpu = want_cpu(new, old);

	for (size_t i = 0; !same_features(old, new) && i < new->cpu_features.n; i++) {
		struct want *feature = want_child(cpu, "feature");

		want_string(feature, "policy", new->cpu_features.v[i].policy, NULL);
		want_string(feature, "name", new->cpu_features.v[i].name, NULL);
	}
	if (new->cells.n > 0 && old->numa_element < 0)
		*vec_add(&cpu->children) = want_numa(new);
	merge_child(edits, 0, cpu);
	if (old->numa_element >= 0)
		edit_list(edits, LIST(&old->cells), LIST(&new->cells),
			  (struct edit_slot){old->numa_element, -1}, make_cell);
}

static struct want *want_page(const struct guest_page *page)
{
	struct want *want = want_new("page");

	want_set(want, "size", "%ju", (uintmax_t)page->size_bytes.value / 1024);
	want_set(want, "unit", "KiB");
	if (page->cells.state == VALUE_VALID)
		want_list(want, "nodeset", &page->cells);
	return want;
}

static void edit_hugepages(const struct guest *old, const struct guest *new,
			   struct edits *edits)
{
	int there = document_find(old->document, 0, "memoryBacking/hugepages");
	struct want *backing, *huge;

	if (!new->hugepages)
		return;
	if (there < 0) {
		backing = want_new("memoryBacking");
		huge = want_child(backing, "hugepages");
		for (size_t i = 0; i < new->pages.n; i++)
			*vec_add(&huge->children) = want_page(&new->pages.v[i]);
		merge_child(edits, 0, backing);
		return;
	}
	for (size_t i = 0; i < new->pages.n; i++)
		if (new->pages.v[i].element < 0)
			insert(edits, there, -1, want_page(&new->pages.v[i]));
}

static struct want *make_vcpupin(const void *new, const void *old)
{
	return want_pin("vcpupin", new, old);
}

static struct want *make_iothreadpin(const void *new, const void *old)
{
	return want_pin("iothreadpin", new, old);
}

static struct want *make_memnode(const void *new, const void *old)
{
	return want_memnode(new, old);
}

/* The last item of a list as it was read; -2 if new items go first. */
static int last_of(struct list list)
{
	int last = -2;

	for (size_t i = 0; i < list.n; i++)
		last = MAX(last, element_of(list_item(&list, i)));
	return last;
}

static void add_all(struct want *parent, struct list list, make_want *make)
{
	for (size_t i = 0; i < list.n; i++)
		*vec_add(&parent->children) = make(list_item(&list, i), NULL);
}

static bool same_set(const struct guest_set *a, const struct guest_set *b)
{
	return a->state == b->state && set_equal(&a->set, &b->set);
}

static void edit_cputune(const struct guest *old, const struct guest *new,
			 struct edits *edits)
{
	struct want *cputune = want_new("cputune");
	bool there = old->cputune_element >= 0;
	struct guest_pin emulator = {.cpus = new->emulatorpin};

	if (!there)
		add_all(cputune, LIST(&new->vcpupins), make_vcpupin);
	if (!same_set(&old->emulatorpin, &new->emulatorpin))
		*vec_add(&cputune->children) = want_pin("emulatorpin", &emulator, NULL);
	if (!there)
		add_all(cputune, LIST(&new->iothreadpins), make_iothreadpin);
	merge_child(edits, 0, cputune);
	if (!there)
		return;
	edit_list(edits, LIST(&old->vcpupins), LIST(&new->vcpupins),
		  (struct edit_slot){old->cputune_element, last_of(LIST(&old->vcpupins))},
		  make_vcpupin);
	edit_list(edits, LIST(&old->iothreadpins), LIST(&new->iothreadpins),
		  (struct edit_slot){old->cputune_element,
				     MAX(last_of(LIST(&old->iothreadpins)), -1)},
		  make_iothreadpin);
}

static void edit_numatune(const struct guest *old, const struct guest *new,
			  struct edits *edits)
{
	struct want *numatune = want_new("numatune"), *memory;
	bool there = old->numatune_element >= 0;

	if (!same_set(&old->numatune_nodes, &new->numatune_nodes)) {
		memory = want_child(numatune, "memory");
		want_string(memory, "mode", new->numatune_mode, old->numatune_mode);
		want_list(memory, "nodeset", &new->numatune_nodes);
	}
	if (!there)
		add_all(numatune, LIST(&new->memnodes), make_memnode);
	merge_child(edits, 0, numatune);
	if (there)
		edit_list(edits, LIST(&old->memnodes), LIST(&new->memnodes),
			  (struct edit_slot){old->numatune_element,
					     MAX(last_of(LIST(&old->memnodes)), -1)},
			  make_memnode);
}

/* A device goes after the last one of its name, as libvirt writes them. */
static int last_device(const struct guest *guest, const char *tag)
{
	int last = -1;

	for (size_t i = 0; i < guest->devices.n; i++)
		if (streq(guest->devices.v[i].tag, tag))
			last = MAX(last, guest->devices.v[i].element);
	return last;
}

static void insert_devices(const struct guest *old, const struct guest *new,
			   struct edits *edits)
{
	for (size_t i = 0; i < new->devices.n; i++) {
		const struct guest_device *device = &new->devices.v[i];

		if (device->element < 0)
			insert(edits, old->devices_element, last_device(old, device->tag),
			       want_device(device, NULL));
	}
}

static void edit_devices(const struct guest *old, const struct guest *new,
			 struct edits *edits)
{
	int parent = old->devices_element, anchor = last_controller(old);

	/*
	 * If a domain has no controllers, new ones go first, as libvirt would write them.
	 */
	if (anchor < 0)
		anchor = -2;
	edit_list(edits, LIST(&old->controllers), LIST(&new->controllers),
		  (struct edit_slot){parent, anchor}, make_controller);
	edit_known(edits, LIST(&old->devices), LIST(&new->devices), make_device);
	insert_devices(old, new, edits);
	edit_list(edits, LIST(&old->iommus), LIST(&new->iommus),
		  (struct edit_slot){parent, -1}, make_iommu);
}

void guest_edit(const struct guest *old, const struct guest *new, struct edits *edits)
{
	if (!streq_null(new->type, old->type)) {
		struct want *domain = want_new("domain");

		want_string(domain, "type", new->type, old->type);
		merge(edits, 0, domain);
	}
	edit_content(edits, "name", new->name, old->name);
	edit_content(edits, "uuid", new->uuid, old->uuid);
	edit_memory(old, new, edits);
	edit_hugepages(old, new, edits);
	edit_vcpus(old, new, edits);
	edit_iothreads(old, new, edits);
	edit_cputune(old, new, edits);
	edit_numatune(old, new, edits);
	merge_child(edits, 0, want_os(new, old));
	merge_child(edits, 0, want_features(new, old));
	edit_cpu(old, new, edits);
	edit_devices(old, new, edits);
}

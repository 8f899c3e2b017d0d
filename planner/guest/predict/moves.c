/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/guest/predict/moves.h"

#include "planner/guest/assign/assign.h"
#include "planner/guest/predict/predict.h"
#include "planner/guest/read.h"

/* A device as its user knows it. */
struct seen {
	char *name, *kind; /* "disk vda", "interface (e1000e)" */
	unsigned ordinal;  /* among those with this name */
	int node;          /* -1: none */
	struct pci_address at;
	bool matched;
};

typedef VEC(struct seen) seen_list;

static void free_seen(seen_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		free(list->v[i].name);
		free(list->v[i].kind);
	}
	vec_free(list);
}

static unsigned count_name(const seen_list *list, const char *name)
{
	unsigned count = 0;

	for (size_t i = 0; i < list->n; i++)
		count += streq(list->v[i].name, name);
	return count;
}

static char *kind_of(const struct guest *guest, struct assign_item item)
{
	const struct guest_device *device;

	if (item.device < 0)
		return assign_item_name(guest, item);
	device = &guest->devices.v[item.device];
	return device->model ? xasprintf("%s (%s)", device->tag, device->model)
			     : assign_item_name(guest, item);
}

static void add_seen(const struct guest_tree *tree, const struct guest_function *function,
		     seen_list *list)
{
	const struct pci_address *at = &function->address->at;
	int bus = tree->bus[at->bus].number;
	unsigned ordinal;
	char *name;

	if (function->item.controller >= 0 &&
	    guest_is_pci(&tree->guest->controllers.v[function->item.controller]))
		return;
	if (!guest_address_on_pci(function->address) || bus < 0)
		return;
	name = assign_item_name(tree->guest, function->item);
	ordinal = count_name(list, name);
	*vec_add(list) = (struct seen){
		.name = name,
		.kind = kind_of(tree->guest, function->item),
		.ordinal = ordinal,
		.node = predict_node_of_bus(tree, at->bus),
		.at = {.bus = (uint8_t)bus, .slot = at->slot, .function = at->function},
	};
}

static void list_seen(const struct guest *guest, seen_list *ret)
{
	_cleanup_guest_tree_ struct guest_tree tree = {};
	const guest_functions *functions = &tree.functions;

	guest_tree_read(guest, &tree);
	for (size_t i = 0; i < functions->n; i++)
		add_seen(&tree, &functions->v[i], ret);
}

static struct seen *find(const seen_list *list, const struct seen *like)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->v[i].ordinal == like->ordinal &&
		    streq(list->v[i].name, like->name))
			return &list->v[i];
	return NULL;
}

static char *place_text(const struct seen *seen)
{
	return seen->node < 0 ? xasprintf(PCI_FORMAT " on no node", PCI_ARGS(seen->at))
			      : xasprintf(PCI_FORMAT " on node %d", PCI_ARGS(seen->at),
					  seen->node);
}

static void add_moved(struct moves *moves, const struct seen *old, const struct seen *now)
{
	_cleanup_free_ char *from = place_text(old), *to = place_text(now);

	if (!streq(from, to))
		*vec_add(&moves->lines) =
			xasprintf("%s: %s, was %s", now->name, to, from);
}

/* All new ones of this name on this node. */
static void add_new(struct moves *moves, seen_list *now, struct seen *first)
{
	_cleanup_free_ char *place = place_text(first);
	unsigned count = 0;

	for (size_t i = 0; i < now->n; i++) {
		struct seen *seen = &now->v[i];

		if (seen->matched || seen->node != first->node ||
		    !streq(seen->kind, first->kind))
			continue;
		seen->matched = true;
		count++;
	}
	*vec_add(&moves->lines) = count == 1
					  ? xasprintf("%s: new, %s", first->kind, place)
					  : xasprintf("%u x %s: new, the first %s", count,
						      first->kind, place);
}

void moves_find(const struct guest *before, const struct guest *after, struct moves *ret)
{
	seen_list old = {}, now = {};

	list_seen(before, &old);
	list_seen(after, &now);
	for (size_t i = 0; i < now.n; i++) {
		struct seen *was = find(&old, &now.v[i]);

		if (!was)
			continue;
		was->matched = now.v[i].matched = true;
		add_moved(ret, was, &now.v[i]);
	}
	for (size_t i = 0; i < now.n; i++)
		if (!now.v[i].matched)
			add_new(ret, &now, &now.v[i]);
	for (size_t i = 0; i < old.n; i++)
		if (!old.v[i].matched)
			*vec_add(&ret->lines) = xasprintf("%s: removed", old.v[i].name);
	free_seen(&old);
	free_seen(&now);
}

static int read_assigned(const struct document *document, unsigned libvirt,
			 struct guest *ret, struct error *error)
{
	_cleanup_assignment_ struct assignment assignment = {};

	guest_init(ret);
	if (guest_read(document, ret, error) < 0)
		return -1;
	assign(ret, libvirt, &assignment);
	return 0;
}

int moves_read(const struct document *before, const struct document *after,
	       unsigned libvirt, struct moves *ret, struct error *error)
{
	_cleanup_guest_ struct guest old = {}, now = {};

	if (read_assigned(before, libvirt, &old, error) < 0 ||
	    read_assigned(after, libvirt, &now, error) < 0)
		return -1;
	moves_find(&old, &now, ret);
	return 0;
}

void moves_free(struct moves *moves)
{
	for (size_t i = 0; i < moves->lines.n; i++)
		free(moves->lines.v[i]);
	vec_free(&moves->lines);
}

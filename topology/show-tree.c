/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Theory of operation. Functions other than bridges are sorted by place (node, several
 * candidates, or none), then root bus, then address; one pass in that order makes the
 * rows, and begins a new place or root bus where it changes.
 */
#include "topology/show.h"

#include "base/size.h"
#include "topology/class-name.h"
#include "topology/vdpa.h"

#include <stdio.h>

struct shower {
	const struct machine *machine;
	bool bytes;
	struct show_rows *rows;
	size_t *order; /* functions other than bridges, as above */
	size_t n_order;
	bool *shared; /* by function */
	struct vdpa_devices vdpa;
	size_t *bridges; /* by root bus */
};

static int add_row(struct shower *shower, int parent, char *name)
{
	VEC(struct show_row)
	rows = {shower->rows->v, shower->rows->n, shower->rows->room};
	struct show_row *row = vec_add(&rows);

	row->parent = parent;
	row->node = row->function = -1;
	row->cells[SHOW_NAME] = name;
	*shower->rows = (struct show_rows){rows.v, rows.n, rows.room};
	return (int)rows.n - 1;
}

static void set(struct shower *shower, int row, enum show_column column, char *cell)
{
	shower->rows->v[row].cells[column] = cell;
}

static void add_size(const struct shower *shower, struct text *text, uint64_t size_bytes)
{
	if (shower->bytes)
		text_printf(text, "%ju", (uintmax_t)size_bytes);
	else
		text_add_size_human(text, size_bytes);
}

static char *cpus_text(const struct machine *machine, const struct machine_node *node)
{
	_cleanup_free_ char *cores = NULL;
	_cleanup_text_ struct text text = {};

	if (set_empty(&node->cpus)) {
		text_adds(&text, "none");
		if (!set_empty(&node->near)) {
			text_adds(&text, "; nearest ");
			text_add_set(&text, &node->near);
		}
		return text_take(&text);
	}
	cores = show_cores(machine, node);
	text_add_set(&text, &node->cpus);
	text_printf(&text, ": %s", cores);
	return text_take(&text);
}

static char *memory_text(const struct shower *shower, const struct machine_node *node)
{
	_cleanup_text_ struct text text = {};

	if (node->memory_bytes == UNKNOWN_U64)
		text_adds(&text, "size unknown");
	else if (node->memory_bytes == 0)
		text_adds(&text, "none");
	else
		add_size(shower, &text, node->memory_bytes);
	if (node->kind)
		text_printf(&text, "%s%s", node->memory_bytes == 0 ? ", " : " ",
			    node->kind);
	for (size_t i = 0; i < node->initiators.n; i++)
		text_printf(&text, "%s" PCI_FORMAT, i ? " " : " of ",
			    PCI_ARGS(node->initiators.v[i].at));
	return text_take(&text);
}

static void add_huge(struct shower *shower, int parent, const struct machine_huge *huge)
{
	_cleanup_text_ struct text text = {};
	int row = add_row(shower, parent, xstrdup("huge pages"));

	text_printf(&text, "%ju of ", (uintmax_t)huge->total_pages);
	add_size(shower, &text, huge->page_bytes);
	if (huge->free_pages != UNKNOWN_U64)
		text_printf(&text, ", %ju free", (uintmax_t)huge->free_pages);
	set(shower, row, SHOW_WHAT, text_take(&text));
}

/* "10 21": to every node in order; equal neighbours as "20 (x63)". */
static char *distances_text(const struct machine *machine, size_t from)
{
	_cleanup_text_ struct text text = {};
	size_t n = machine->nodes.n;
	const uint32_t *row = machine->distances + from * n;

	for (size_t to = 0, run; to < n; to += run) {
		for (run = 1; to + run < n && row[to + run] == row[to];)
			run++;
		run = run < 4 ? 1 : run;
		text_printf(&text, "%s", to ? " " : "");
		text_printf(&text, row[to] ? "%u" : "?", row[to]);
		if (run > 1)
			text_printf(&text, " (x%zu)", run);
	}
	return text_take(&text);
}

static void add_hmat(struct shower *shower, int parent, const struct machine_hmat *hmat)
{
	_cleanup_text_ struct text text = {};

	if (hmat->latency_ns)
		text_printf(&text, "%u ns", hmat->latency_ns);
	if (hmat->bandwidth_mib_s)
		text_printf(&text, "%s%u MiB/s", text.n ? ", " : "",
			    hmat->bandwidth_mib_s);
	if (text.n)
		set(shower, add_row(shower, parent, xstrdup("local access")), SHOW_WHAT,
		    text_take(&text));
}

static int add_node(struct shower *shower, size_t i)
{
	const struct machine *machine = shower->machine;
	const struct machine_node *node = &machine->nodes.v[i];
	int row = add_row(shower, -1, xasprintf("node %d", node->id));
	const struct machine_hmat *hmat = machine_local_hmat(machine, node->id);

	shower->rows->v[row].node = (int)i;
	set(shower, add_row(shower, row, xstrdup("CPUs")), SHOW_WHAT,
	    cpus_text(machine, node));
	set(shower, add_row(shower, row, xstrdup("memory")), SHOW_WHAT,
	    memory_text(shower, node));
	for (size_t j = 0; j < node->huge.n; j++)
		if (node->huge.v[j].total_pages > 0)
			add_huge(shower, row, &node->huge.v[j]);
	if (machine->distances && machine->nodes.n > 1)
		set(shower, add_row(shower, row, xstrdup("distances")), SHOW_WHAT,
		    distances_text(machine, i));
	if (hmat)
		add_hmat(shower, row, hmat);
	return row;
}

/* CPUs that the source puts on no node. */
static void add_loose_cpus(struct shower *shower)
{
	_cleanup_set_ struct set cpus = {};
	_cleanup_text_ struct text text = {};
	unsigned count;
	int row;

	machine_loose_cpus(shower->machine, &cpus);
	count = set_count(&cpus);
	if (!count)
		return;
	text_add_set(&text, &cpus);
	text_printf(&text, ": %u CPU%s", count, count > 1 ? "s" : "");
	row = add_row(shower, -1, xstrdup("no node"));
	set(shower, add_row(shower, row, xstrdup("CPUs")), SHOW_WHAT, text_take(&text));
}

/* Orders places: nodes by number, then several candidates, then none. */
static int compare_places(const struct machine_affinity *a,
			  const struct machine_affinity *b)
{
	static const int rank[] = {
		[AFFINITY_NODE] = 0, [AFFINITY_CANDIDATES] = 1, [AFFINITY_UNKNOWN] = 2};

	if (a->what != b->what)
		return rank[a->what] - rank[b->what];
	if (a->what == AFFINITY_NODE)
		return (a->node > b->node) - (a->node < b->node);
	if (a->what == AFFINITY_UNKNOWN || set_equal(&a->nodes, &b->nodes))
		return 0;
	/*
	 * They differ: the one with the lowest node that the other does not have comes
	 * first.
	 */
	for (unsigned i = 0;; i++)
		if (set_has(&a->nodes, i) != set_has(&b->nodes, i))
			return set_has(&a->nodes, i) ? -1 : 1;
}

static int by_place(const void *a, const void *b, void *data)
{
	const struct machine *machine = data;
	const size_t *left = a, *right = b;
	const struct machine_function *l = &machine->functions.v[*left];
	const struct machine_function *r = &machine->functions.v[*right];
	int rc = compare_places(&l->affinity, &r->affinity);

	if (rc == 0)
		rc = l->root - r->root;
	return rc ? rc : (*left > *right) - (*left < *right);
}

static char *group_text(const struct shower *shower, const size_t *run, size_t n)
{
	const struct machine *machine = shower->machine;
	_cleanup_set_ struct set groups = {};
	_cleanup_text_ struct text text = {};

	for (size_t i = 0; i < n; i++)
		if (machine->functions.v[run[i]].iommu_group >= 0 &&
		    machine->functions.v[run[i]].iommu_group < SET_LIMIT)
			set_add(&groups,
				(unsigned)machine->functions.v[run[i]].iommu_group);
	if (set_empty(&groups))
		return NULL;
	text_add_set(&text, &groups);
	if (shower->shared[run[0]])
		text_adds(&text, " shared");
	return text_take(&text);
}

static char *names_text(const struct machine *machine, const size_t *run, size_t n)
{
	_cleanup_text_ struct text text = {};
	size_t shown = 0;

	for (size_t i = 0; i < n; i++) {
		const struct machine_function *function = &machine->functions.v[run[i]];

		for (size_t j = 0; j < function->names.n && shown < 6; j++)
			text_printf(&text, "%s%s", shown++ ? " " : "",
				    function->names.v[j]);
	}
	return shown ? text_take(&text) : NULL;
}

static char *vfs_text(const struct machine_function *function)
{
	if (function->physical_function >= 0)
		return xstrdup("VF");
	if (function->total_vfs <= 0)
		return NULL;
	return xasprintf("%d/%d", MAX(function->num_vfs, 0), function->total_vfs);
}

static void add_vdpa(struct shower *shower, int parent, const struct vdpa_device *device,
		     bool name_parent)
{
	int row = add_row(shower, parent, xstrdup(device->name));

	set(shower, row, SHOW_WHAT,
	    name_parent ? xasprintf("vDPA device of %s", device->parent)
			: xstrdup("vDPA device"));
	if (device->driver && !streq(device->driver, "none"))
		set(shower, row, SHOW_DRIVER, xstrdup(device->driver));
	if (device->device)
		set(shower, row, SHOW_DEVICES, xstrdup(device->device));
}

/* The vDPA devices of the functions in a row. */
static void add_vdpa_of(struct shower *shower, int row, const size_t *run, size_t n)
{
	for (size_t i = 0; i < shower->vdpa.n; i++)
		for (size_t j = 0; j < n; j++)
			if (shower->vdpa.v[i].function == (int)run[j])
				add_vdpa(shower, row, &shower->vdpa.v[i], n > 1);
}

/* Those whose parent is not a PCI function of the machine, or not known. */
static void add_loose_vdpa(struct shower *shower)
{
	int row = -1;

	for (size_t i = 0; i < shower->vdpa.n; i++) {
		const struct vdpa_device *device = &shower->vdpa.v[i];

		if (device->function >= 0)
			continue;
		if (row < 0)
			row = add_row(shower, -1, xstrdup("not on PCI"));
		add_vdpa(shower, row, device,
			 device->parent && !streq(device->parent, "none"));
	}
}

static void add_devices(struct shower *shower, int parent, const size_t *run, size_t n)
{
	const struct machine *machine = shower->machine;
	const struct machine_function *first = &machine->functions.v[run[0]];
	int row = add_row(shower, parent, show_run_name(machine, run, n));
	const char *class = pci_class_name(first->class_code);
	struct text link = {};

	shower->rows->v[row].function = (int)run[0];
	shower->rows->v[row].functions = (int)n;
	set(shower, row, SHOW_WHAT,
	    n > 1 ? xasprintf("%zu x %s", n, class) : xstrdup(class));
	if (first->vendor)
		set(shower, row, SHOW_ID,
		    xasprintf("%04x:%04x", first->vendor, first->device));
	set(shower, row, SHOW_DRIVER, xstrdup(first->driver));
	set(shower, row, SHOW_GROUP, group_text(shower, run, n));
	set(shower, row, SHOW_VFS, vfs_text(first));
	text_add_link(&link, first->link_mb_s);
	set(shower, row, SHOW_LINK, text_take(&link));
	set(shower, row, SHOW_DEVICES, names_text(machine, run, n));
	add_vdpa_of(shower, row, run, n);
}

static int add_root(struct shower *shower, int parent, int index)
{
	const struct machine *machine = shower->machine;
	const struct machine_root *root;
	size_t bridges;
	int row;

	if (index < 0)
		return add_row(shower, parent, xstrdup("root bus unknown"));
	root = &machine->roots.v[index];
	bridges = shower->bridges[index];
	row = add_row(shower, parent,
		      xasprintf("root bus %04x:%02x", root->domain, root->first_bus));
	if (bridges)
		set(shower, row, SHOW_WHAT,
		    xasprintf("%zu bridge%s", bridges, bridges == 1 ? "" : "s"));
	return row;
}

/* "node 0|1": one of them; none is chosen silently. */
static int add_candidates(struct shower *shower, const struct set *nodes)
{
	_cleanup_text_ struct text text = {};
	int row;

	text_adds(&text, "node ");
	set_foreach (node, nodes)
		text_printf(&text, "%s%d", node == set_first(nodes) ? "" : "|", node);
	row = add_row(shower, -1, text_take(&text));
	set(shower, row, SHOW_WHAT,
	    xstrdup("one of these; the source does not say which"));
	return row;
}

static int add_no_affinity(struct shower *shower)
{
	int row = add_row(shower, -1, xstrdup("no affinity"));

	set(shower, add_row(shower, row, xstrdup("why")), SHOW_WHAT,
	    xstrdup(show_no_affinity(shower->machine)));
	if (shower->machine->source != MACHINE_GUEST)
		set(shower, add_row(shower, row, xstrdup("remedy")), SHOW_WHAT,
		    xstrdup("use --locality DOMAIN:BUS-BUS=NODE if you know the node"));
	return row;
}

/* The row for the function's place, which is created if needed. */
static int place_row(struct shower *shower, const struct machine_affinity *affinity,
		     const int *node_rows)
{
	const struct machine_node *node;

	if (affinity->what == AFFINITY_CANDIDATES)
		return add_candidates(shower, &affinity->nodes);
	node = affinity->what == AFFINITY_NODE
		       ? machine_node(shower->machine, affinity->node)
		       : NULL;
	if (node)
		return node_rows[node - shower->machine->nodes.v];
	return add_no_affinity(shower);
}

static void add_functions(struct shower *shower, const int *node_rows)
{
	const struct machine *machine = shower->machine;
	const struct machine_function *last = NULL;
	int place = -1, root = -1;

	for (size_t i = 0, run; i < shower->n_order; i += run) {
		const struct machine_function *function =
			&machine->functions.v[shower->order[i]];
		bool new_place = !last || compare_places(&last->affinity,
							 &function->affinity) != 0;

		if (new_place)
			place = place_row(shower, &function->affinity, node_rows);
		if (new_place || last->root != function->root)
			root = add_root(shower, place, function->root);
		run = show_run(machine, shower->shared, shower->order + i,
			       shower->n_order - i);
		add_devices(shower, root, shower->order + i, run);
		last = function;
	}
}

static const char *iommu_text(enum known known, const char *yes, const char *no)
{
	return known == KNOWN_UNKNOWN ? "unknown" : known == KNOWN_YES ? yes : no;
}

static void add_iommu(struct shower *shower)
{
	const struct machine_iommu *iommu = &shower->machine->iommu;
	_cleanup_text_ struct text text = {};

	text_adds(&text, iommu_text(iommu->enabled, "in use", "not in use"));
	if (iommu->enabled != KNOWN_YES && iommu->table != KNOWN_UNKNOWN)
		text_printf(&text, ", %s",
			    iommu_text(iommu->table, "although firmware describes one",
				       "firmware describes none"));
	if (iommu->enabled == KNOWN_YES)
		text_printf(&text, ", interrupt remapping %s",
			    iommu_text(iommu->remapping, "on", "off"));
	if (iommu->address_bits != UNKNOWN_ID)
		text_printf(&text, ", %d address bits", iommu->address_bits);
	set(shower, add_row(shower, -1, xstrdup("IOMMU")), SHOW_WHAT, text_take(&text));
}

static void prepare(struct shower *shower)
{
	const struct machine *machine = shower->machine;

	shower->order = xcalloc(machine->functions.n + 1, sizeof(*shower->order));
	shower->bridges = xcalloc(machine->roots.n + 1, sizeof(*shower->bridges));
	shower->shared = groups_shared(machine);
	vdpa_list(machine, &shower->vdpa);
	for (size_t i = 0; i < machine->functions.n; i++) {
		const struct machine_function *function = &machine->functions.v[i];

		if (!function->bridge)
			shower->order[shower->n_order++] = i;
		else if (function->root >= 0)
			shower->bridges[function->root]++;
	}
	qsort_r(shower->order, shower->n_order, sizeof(*shower->order), by_place,
		(void *)(uintptr_t)machine);
}

void show_tree(const struct machine *machine, bool bytes, struct show_rows *ret)
{
	struct shower shower = {.machine = machine, .bytes = bytes, .rows = ret};
	int *node_rows = xcalloc(machine->nodes.n + 1, sizeof(*node_rows));

	prepare(&shower);
	for (size_t i = 0; i < machine->nodes.n; i++)
		node_rows[i] = add_node(&shower, i);
	add_loose_cpus(&shower);
	add_functions(&shower, node_rows);
	add_loose_vdpa(&shower);
	if (machine->pci_known == KNOWN_NO)
		set(&shower, add_row(&shower, -1, xstrdup("PCI")), SHOW_WHAT,
		    xstrdup("unknown from this source"));
	else
		add_iommu(&shower);
	free(shower.order);
	free(shower.bridges);
	free(shower.shared);
	vdpa_devices_free(&shower.vdpa);
	free(node_rows);
}

void show_rows_free(struct show_rows *rows)
{
	for (size_t i = 0; i < rows->n; i++)
		for (size_t j = 0; j < SHOW_COLUMNS; j++)
			free(rows->v[i].cells[j]);
	free(rows->v);
	*rows = (struct show_rows){};
}

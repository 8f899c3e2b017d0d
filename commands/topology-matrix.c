/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "commands/topology-matrix.h"

#include "commands/sheet.h"
#include "base/streams.h"
#include "topology/class-name.h"
#include "topology/machine-fields.h"
#include "topology/matrix.h"
#include "topology/show.h"

enum column {
	NAME,
	PATHS,
	CPU_AFFINITY,
	NUMA_AFFINITY,
	ADDRESS,
	WHAT,
	ID,
	DRIVER,
	GROUP,
	LINK,
	ACS,
	ATS,
	SWITCH,
	DEVICES,
};

static const struct option_column columns[] = {
	[NAME] = {"NAME", "class and number"},
	[PATHS] = {"PATHS", "one column for each device: the path to it"},
	[CPU_AFFINITY] = {"CPU-AFFINITY", "CPUs of its NUMA node"},
	[NUMA_AFFINITY] = {"NUMA-AFFINITY", "its NUMA node"},
	[ADDRESS] = {"ADDRESS", "PCI address", .hidden = true},
	[WHAT] = {"WHAT", "its class", .hidden = true},
	[ID] = {"ID", "vendor and device ID", .hidden = true},
	[DRIVER] = {"DRIVER", "bound kernel driver", .hidden = true},
	[GROUP] = {"GROUP", "IOMMU group", .hidden = true},
	[LINK] = {"LINK", "current data rate of its link", .hidden = true},
	[ACS] = {"ACS", "access control services that are on", .hidden = true},
	[ATS] = {"ATS", "address translation services", .hidden = true},
	[SWITCH] = {"SWITCH", "upstream port of the lowest switch above it",
		    .hidden = true},
	[DEVICES] = {"DEVICES", "the kernel's names for it", .hidden = true},
	{},
};

/* Without --output, the legend describes the devices by these. */
static const enum column legend_columns[] = {NAME, ADDRESS, WHAT, LINK, SWITCH, DEVICES};

int matrix_set_classes(void *target, const struct option_row *row, const char *value,
		       struct error *error)
{
	_cleanup_free_ char *copy = xstrdup(value);
	char *rest = copy, *word;
	unsigned *classes = target;

	while ((word = strsep(&rest, ","))) {
		unsigned class = matrix_class_named(word);
		_cleanup_free_ char *names = matrix_class_names();

		if (!class)
			return error_input(error, "--%s %s: \"%s\" is not one of %s",
					   row->name, value, word, names);
		*classes |= class;
	}
	return 0;
}

/* A cell for people; owned by the caller, NULL if it is empty. */
static char *numa_affinity(const struct machine_affinity *affinity)
{
	struct text text = {};

	switch (affinity->what) {
	case AFFINITY_NODE:
		text_printf(&text, "%d", affinity->node);
		break;
	case AFFINITY_CANDIDATES:
		set_foreach (node, &affinity->nodes)
			text_printf(&text, "%s%d", text.n ? "|" : "", (int)node);
		break;
	case AFFINITY_UNKNOWN:
		text_adds(&text, "?");
	}
	return text_take(&text);
}

static char *cpu_affinity(const struct machine *machine,
			  const struct matrix_device *device)
{
	_cleanup_set_ struct set cpus = {};
	struct text text = {};

	matrix_cpus(machine, device, &cpus);
	text_add_set(&text, &cpus);
	if (!text.n)
		text_adds(&text, "?");
	return text_take(&text);
}

static char *acs_cell(const struct machine_peer *peer)
{
	struct text text = {};

	if (peer->acs == ABILITY_UNKNOWN)
		return NULL;
	if (peer->acs != ABILITY_ON)
		return xstrdup(ability_name(peer->acs));
	for (unsigned bit = 1; bit <= ACS_DIRECT_TRANSLATED; bit <<= 1)
		if (peer->acs_on & bit)
			text_printf(&text, "%s%s", text.n ? " " : "", acs_bit_name(bit));
	return text_take(&text);
}

static char *names_cell(const struct machine_function *function)
{
	struct text text = {};

	for (size_t i = 0; i < function->names.n; i++)
		text_printf(&text, "%s%s", text.n ? " " : "", function->names.v[i]);
	return text.n ? text_take(&text) : NULL;
}

static char *address_cell(const struct machine *machine, int function)
{
	return function < 0 ? NULL
			    : xasprintf(PCI_FORMAT,
					PCI_ARGS(machine->functions.v[function].at));
}

static char *link_cell(const struct machine *machine, size_t function)
{
	struct text text = {};
	uint32_t mb_s;

	machine_link_above(machine, function, &mb_s);
	text_add_link(&text, mb_s);
	return text.n ? text_take(&text) : NULL;
}

/* The cell of any column but PATHS. */
static char *cell_of(const struct machine *machine, const struct matrix_device *device,
		     enum column column)
{
	const struct machine_function *it = &machine->functions.v[device->function];

	switch (column) {
	case NAME:
		return xstrdup(device->name);
	case CPU_AFFINITY:
		return cpu_affinity(machine, device);
	case NUMA_AFFINITY:
		return numa_affinity(&it->affinity);
	case ADDRESS:
		return address_cell(machine, (int)device->function);
	case WHAT:
		return xstrdup(device->class == MATRIX_ASSIGNED
				       ? "device of the host"
				       : pci_class_name(it->class_code));
	case ID:
		return xasprintf("%04x:%04x", it->vendor, it->device);
	case DRIVER:
		return it->driver && *it->driver ? xstrdup(it->driver) : NULL;
	case GROUP:
		return it->iommu_group >= 0 ? xasprintf("%d", it->iommu_group) : NULL;
	case LINK:
		return link_cell(machine, device->function);
	case ACS:
		return acs_cell(&it->peer);
	case ATS:
		return it->peer.ats == ABILITY_UNKNOWN
			       ? NULL
			       : xstrdup(ability_name(it->peer.ats));
	case SWITCH:
		return address_cell(machine,
				    machine_switch_above(machine, (int)device->function));
	case DEVICES:
		return names_cell(it);
	case PATHS:
		break;
	}
	return NULL;
}

static void set_cell(struct sheet *sheet, size_t column, char *cell)
{
	if (cell)
		sheet_set(sheet, column, "%s", cell);
	free(cell);
}

/* What the chosen columns are, with a column for each device in the place of PATHS. */
struct shape {
	VEC(struct option_column) headings;
	VEC(enum column) of;
	VEC(size_t) to; /* device, where of is PATHS */
};

static void add_column(struct shape *shape, enum column column, const char *name,
		       size_t to)
{
	*vec_add(&shape->headings) = (struct option_column){.name = name};
	*vec_add(&shape->of) = column;
	*vec_add(&shape->to) = to;
}

static void make_shape(const struct matrix *matrix, const struct sheet *chosen,
		       struct shape *shape)
{
	for (size_t i = 0; i < chosen->chosen.n; i++) {
		enum column column = (enum column)chosen->chosen.v[i];

		if (column != PATHS)
			add_column(shape, column, columns[column].name, 0);
		for (size_t to = 0; column == PATHS && to < matrix->devices.n; to++)
			add_column(shape, PATHS, matrix->devices.v[to].name, to);
	}
	*vec_add(&shape->headings) = (struct option_column){};
}

static int choose(struct sheet *chosen, const char *list, struct error *error)
{
	static const struct option_row output = {.name = "output"};

	if (list)
		return sheet_set_columns(chosen, &output, list, error);
	for (size_t i = 0; columns[i].name; i++)
		if (!columns[i].hidden)
			*vec_add(&chosen->chosen) = i;
	return 0;
}

static int add_table(struct text *text, const struct machine *machine,
		     const struct matrix *matrix, const struct matrix_wish *wish,
		     struct error *error)
{
	_cleanup_sheet_ struct sheet chosen = {.columns = columns}, sheet = {};
	struct shape shape = {};
	int rc;

	if (choose(&chosen, wish->columns, error) < 0)
		return -1;
	make_shape(matrix, &chosen, &shape);
	sheet.columns = shape.headings.v;
	sheet.no_headings = wish->no_headings;
	for (size_t from = 0; from < matrix->devices.n; from++) {
		sheet_row(&sheet);
		for (size_t i = 0; i < shape.of.n; i++)
			if (shape.of.v[i] == PATHS)
				sheet_set(&sheet, i, "%s",
					  path_kind_name(
						  matrix_path(matrix, from, shape.to.v[i])
							  ->kind));
			else
				set_cell(&sheet, i,
					 cell_of(machine, &matrix->devices.v[from],
						 shape.of.v[i]));
	}
	rc = text_add_sheet(text, &sheet, error);
	sheet_free(&sheet);
	sheet = (struct sheet){};
	vec_free(&shape.headings);
	vec_free(&shape.of);
	vec_free(&shape.to);
	return rc;
}

/* The devices, with the columns that are not empty. */
static int add_devices(struct text *text, const struct machine *machine,
		       const struct matrix *matrix, struct error *error)
{
	_cleanup_sheet_ struct sheet sheet = {.columns = columns};

	for (size_t i = 0; i < matrix->devices.n; i++) {
		sheet_row(&sheet);
		for (size_t j = 0; j < ARRAY_SIZE(legend_columns); j++)
			set_cell(&sheet, legend_columns[j],
				 cell_of(machine, &matrix->devices.v[i],
					 legend_columns[j]));
	}
	for (size_t j = 0; j < ARRAY_SIZE(legend_columns); j++) {
		bool filled = false;

		for (size_t i = 0; i < matrix->devices.n; i++) {
			_cleanup_free_ char *cell =
				cell_of(machine, &matrix->devices.v[i],
					legend_columns[j]);

			filled |= cell != NULL;
		}
		if (filled)
			*vec_add(&sheet.chosen) = legend_columns[j];
	}
	return text_add_sheet(text, &sheet, error);
}

/* What ACS does to pairs that a switch could connect directly. */
static void add_redirected(struct text *text, const struct machine *machine,
			   const struct matrix *matrix)
{
	const struct path *first = NULL;
	unsigned count = 0;

	for (size_t from = 0; from < matrix->devices.n; from++)
		for (size_t to = from + 1; to < matrix->devices.n; to++) {
			const struct path *path = matrix_path(matrix, from, to);

			count += path->redirects >= 0;
			first = path->redirects >= 0 && !first ? path : first;
		}
	if (first)
		text_printf(
			text,
			"\nTransfers of %u pair%s that a switch could connect directly go through the root complex, because of ACS at %s" PCI_FORMAT
			".\n",
			count, count > 1 ? "s" : "", count > 1 ? "ports such as " : "",
			PCI_ARGS(machine->functions.v[first->redirects].at));
}

static int add_legend(struct text *text, const struct machine *machine,
		      const struct matrix *matrix, struct error *error)
{
	bool unknown = false;

	for (size_t i = 0; i < matrix->devices.n * matrix->devices.n; i++)
		unknown |= matrix->paths[i].kind == PATH_UNKNOWN;
	text_adds(text, "\n");
	for (enum path_kind kind = PATH_SELF; kind < PATH_KIND_COUNT; kind++)
		if (kind != PATH_UNKNOWN || unknown)
			text_printf(text, "  %-4s  %s\n", path_kind_name(kind),
				    path_kind_means(kind));
	text_adds(text, "\n");
	if (add_devices(text, machine, matrix, error) < 0)
		return -1;
	add_redirected(text, machine, matrix);
	return 0;
}

static int add_text(struct text *text, const struct machine *machine,
		    const struct matrix *matrix, const struct matrix_wish *wish,
		    struct error *error)
{
	if (add_table(text, machine, matrix, wish, error) < 0)
		return -1;
	if (matrix->devices.n == 0 || wish->no_headings)
		return 0;
	return add_legend(text, machine, matrix, error);
}

int text_add_matrix(struct text *text, const struct machine *machine,
		    const struct matrix_wish *wish, struct error *error)
{
	_cleanup_matrix_ struct matrix matrix = {};
	unsigned classes = wish->classes;
	struct jsonw json = {.out = text};

	if (!(classes & ~(unsigned)MATRIX_VF))
		classes |= MATRIX_USUAL;
	if (!matrix_make(machine, classes, &matrix))
		return error_input(
			error,
			"--matrix: %zu devices are more than the %d that a table can have; use --class to choose fewer",
			matrix.devices.n, MATRIX_LIMIT);
	if (wish->json)
		jsonw_matrix(&json, machine, &matrix);
	else if (add_text(text, machine, &matrix, wish, error) < 0)
		return -1;
	if (matrix.devices.n == 0) {
		_cleanup_free_ char *names = matrix_class_names();

		streams_say(
			"note: --matrix: no device is of a class that is shown; the classes are %s",
			names);
	}
	return 0;
}

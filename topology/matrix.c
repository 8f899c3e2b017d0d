/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "topology/matrix.h"

static const struct {
	const char *word, *prefix;
} classes[] = {
#define ROW(name, word, prefix, means) [MATRIX_INDEX_##name] = {(word), (prefix)},
	MATRIX_CLASSES(ROW)
#undef ROW
};

/* By base class and subclass; the first row that matches applies. */
#define ANY 0xff
static const struct {
	uint8_t base, sub;
	unsigned class;
} by_code[] = {
	{0x01, 0x08, MATRIX_NVME},
	{0x01, ANY, MATRIX_STORAGE},
	{0x02, ANY, MATRIX_NIC},
	{0x03, ANY, MATRIX_GPU},
	{0x06, 0x80, MATRIX_OTHER}, /* NVSwitches */
	{0x06, ANY, 0},
	{0x08, 0x06, 0}, /* IOMMUs */
	{0x08, 0x07, 0}, /* event collectors */
	{0x0b, 0x40, MATRIX_GPU},
	{0x0c, 0x04, MATRIX_STORAGE},
	{0x0c, 0x05, 0}, /* the chipset's SMBus */
	{0x0c, 0x06, MATRIX_NIC},
	{0x12, ANY, MATRIX_GPU},
	{ANY, ANY, MATRIX_OTHER},
};

unsigned matrix_class_named(const char *word)
{
	for (size_t i = 0; i < MATRIX_CLASS_COUNT; i++)
		if (streq(classes[i].word, word))
			return 1u << i;
	return 0;
}

char *matrix_class_names(void)
{
	struct text text = {};

	for (size_t i = 0; i < MATRIX_CLASS_COUNT; i++)
		text_printf(&text, "%s%s", i > 0 ? ", " : "", classes[i].word);
	return text_take(&text);
}

/*
 * VGA controllers that only show a console: those of servers' management controllers, and
 * those that a hypervisor emulates.
 */
static bool is_console(const struct machine_function *function)
{
	static const struct {
		uint16_t vendor, device; /* 0: all of the vendor */
	} rows[] = {
		{0x1a03, 0},      /* ASPEED */
		{0x102b, 0},      /* Matrox */
		{0x19e5, 0x1711}, /* HiSilicon Hibmc */
		{0x1234, 0},      /* QEMU: VGA */
		{0x1b36, 0x0100}, /* QEMU: qxl */
		{0x1af4, 0x1050}, /* virtio */
		{0x1013, 0},      /* Cirrus */
		{0x15ad, 0},      /* VMware */
	};

	if (function->class_code >> 8 != 0x0300)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].vendor == function->vendor &&
		    (!rows[i].device || rows[i].device == function->device))
			return true;
	return false;
}

unsigned matrix_class_of(const struct machine_function *function)
{
	uint8_t base = function->class_code >> 16 & 0xff;
	uint8_t sub = function->class_code >> 8 & 0xff;

	if (function->bridge)
		return 0;
	/* A prediction knows nothing else of it. */
	if (!function->class_code && !function->vendor && !function->device)
		return MATRIX_ASSIGNED;
	if (is_console(function))
		return MATRIX_OTHER;
	for (size_t i = 0; i < ARRAY_SIZE(by_code); i++)
		if ((by_code[i].base == base || by_code[i].base == ANY) &&
		    (by_code[i].sub == sub || by_code[i].sub == ANY))
			return by_code[i].class;
	return 0;
}

#define VENDOR_NVIDIA 0x10de

bool matrix_is_nvidia_gpu(const struct machine_function *function)
{
	return function->vendor == VENDOR_NVIDIA &&
	       matrix_class_of(function) == MATRIX_GPU;
}

static void add_devices(const struct machine *machine, unsigned wanted, unsigned class,
			struct matrix *ret)
{
	const char *prefix = classes[__builtin_ctz(class)].prefix;
	unsigned number = 0;

	for (size_t i = 0; i < machine->functions.n; i++) {
		const struct machine_function *function = &machine->functions.v[i];

		if (matrix_class_of(function) != class ||
		    (function->physical_function >= 0 && !(wanted & MATRIX_VF)))
			continue;
		*vec_add(&ret->devices) =
			(struct matrix_device){.function = i,
					       .class = class,
					       .name = xasprintf("%s%u", prefix,
								 number++)};
	}
}

bool matrix_make(const struct machine *machine, unsigned wanted, struct matrix *ret)
{
	size_t n;

	for (unsigned class = 1; class < MATRIX_VF; class <<= 1)
		if (wanted & class)
			add_devices(machine, wanted, class, ret);
	n = ret->devices.n;
	if (n > MATRIX_LIMIT)
		return false;
	ret->paths = xcalloc(n * n + 1, sizeof(*ret->paths));
	for (size_t from = 0; from < n; from++)
		for (size_t to = from; to < n; to++) {
			struct path *path = &ret->paths[from * n + to];

			machine_path(machine, ret->devices.v[from].function,
				     ret->devices.v[to].function, path);
			ret->paths[to * n + from] = *path;
		}
	return true;
}

void matrix_free(struct matrix *matrix)
{
	for (size_t i = 0; i < matrix->devices.n; i++)
		free(matrix->devices.v[i].name);
	vec_free(&matrix->devices);
	free(matrix->paths);
	*matrix = (struct matrix){};
}

void matrix_cpus(const struct machine *machine, const struct matrix_device *device,
		 struct set *ret)
{
	const struct machine_affinity *affinity =
		&machine->functions.v[device->function].affinity;
	const struct machine_node *node = affinity->what == AFFINITY_NODE
						  ? machine_node(machine, affinity->node)
						  : NULL;

	if (node)
		set_union(ret, set_empty(&node->cpus) ? &node->near : &node->cpus);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * layout-cpus.c - a square for each CPU; those of a core touch, and those below one L3
 * have a frame. In large machines the squares have no numbers, or are left out.
 */
#include "planner/picture/layout.h"

#include "base/size.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	NUMBERED_MOST = 600, /* CPUs of the machine */
	SQUARES_MOST = 2048,
	HEIGHT = 16,
	LABELLED = 29, /* the height with a second line */
	GAP = 4,
	PAD = 5,
	LABEL = 13,
	WIDTH_MOST = 60,
};

static int by_place(const void *a, const void *b)
{
	const struct square *left = a, *right = b;

	if (left->cache != right->cache)
		return left->cache < right->cache ? -1 : 1;
	if (left->core != right->core)
		return left->core < right->core ? -1 : 1;
	return (left->cpu > right->cpu) - (left->cpu < right->cpu);
}

/* By CPU: the index of its L3; -1 if it has none. */
static int cache_of(const struct machine *machine, unsigned cpu)
{
	for (size_t i = 0; i < machine->caches.n; i++)
		if (machine->caches.v[i].level == 3 &&
		    set_has(&machine->caches.v[i].cpus, cpu))
			return (int)i;
	return -1;
}

struct square *squares_of(const struct machine *machine, size_t node, size_t *ret_n)
{
	const struct set *cpus = &machine->nodes.v[node].cpus;
	struct square *squares = xcalloc(set_count(cpus) + 1, sizeof(*squares));
	size_t n = 0;

	set_foreach (id, cpus) {
		const struct machine_cpu *cpu = machine_cpu(machine, id);

		squares[n++] = (struct square){
			.cache = cache_of(machine, (unsigned)id),
			.core = cpu && cpu->core != UNKNOWN_ID ? cpu->core : -1 - id,
			.cpu = id,
		};
	}
	qsort(squares, n, sizeof(*squares), by_place);
	*ret_n = n;
	return squares;
}

size_t core_size(const struct square *squares, size_t n)
{
	size_t size = 1;

	while (size < n && squares[size].core == squares[0].core &&
	       squares[size].cache == squares[0].cache)
		size++;
	return size;
}

size_t cache_size(const struct square *squares, size_t n)
{
	size_t size = 1;

	while (size < n && squares[size].cache == squares[0].cache)
		size++;
	return size;
}

/* How wide a square is; whether it has its number. */
struct look {
	const struct parts *parts;
	int width, height;
	bool numbered;
};

static struct look look_of(const struct parts *parts)
{
	const struct machine *machine = parts->machine;
	int width = 8;
	char last[16] = "";

	if (machine->cpus.n > NUMBERED_MOST)
		return (struct look){parts, 9, HEIGHT, false};
	snprintf(last, sizeof(last), "%d",
		 machine->cpus.n ? machine->cpus.v[machine->cpus.n - 1].id : 0);
	width = MAX(width, font_width(FONT_SMALL, last));
	for (size_t i = 0; parts->cpu_labels && i < machine->cpus.n; i++)
		if (parts->cpu_labels[i])
			width = MAX(width, font_width(FONT_SMALL, parts->cpu_labels[i]));
	return (struct look){parts, MIN(width, WIDTH_MOST) + 5,
			     parts->cpu_labels ? LABELLED : HEIGHT, true};
}

static const char *label_of(struct look look, int id)
{
	const struct machine *machine = look.parts->machine;
	const struct machine_cpu *cpu = machine_cpu(machine, id);

	return cpu && look.parts->cpu_labels
		       ? look.parts->cpu_labels[cpu - machine->cpus.v]
		       : NULL;
}

static void add_square(struct scene *scene, struct look look, int x, int y, int cpu)
{
	const char *label = label_of(look, cpu);
	char number[16];

	scene_rect(scene, look.parts->cpu_labels && !label ? "idle" : "cpu", x, y,
		   look.width, look.height);
	if (!look.numbered)
		return;
	snprintf(number, sizeof(number), "%d", cpu);
	scene_text_at(scene, FONT_SMALL, ANCHOR_MIDDLE, NULL, x + look.width / 2, y + 12,
		      look.width, number);
	if (label)
		scene_text_at(scene, FONT_SMALL, ANCHOR_MIDDLE, "m", x + look.width / 2,
			      y + 25, look.width, label);
}

/* The cores, in lines of at most @width pixels. */
static void add_cores(struct block *block, struct look look, const struct square *squares,
		      size_t n, int width)
{
	int x = 0, y = 0;

	for (size_t i = 0, size; i < n; i += size) {
		size = MIN(core_size(squares + i, n - i),
			   (size_t)MAX(width / look.width, 1));
		if (x > 0 && x + (int)size * look.width > width) {
			x = 0;
			y += look.height + GAP;
		}
		for (size_t j = 0; j < size; j++)
			add_square(&block->scene, look, x + (int)j * look.width, y,
				   squares[i + j].cpu);
		x += (int)size * look.width;
		block->width = MAX(block->width, x);
		x += GAP;
	}
	block->height = n ? y + look.height : 0;
}

static void add_cache(struct block *block, const struct machine *machine,
		      struct look look, const struct square *squares, size_t n, int width)
{
	const struct machine_cache *cache = &machine->caches.v[squares[0].cache];
	struct block cores = {};
	_cleanup_text_ struct text label = {};

	add_cores(&cores, look, squares, n, width - 2 * PAD);
	text_adds(&label, "L3 ");
	if (cache->size_bytes)
		text_add_size_human(&label, cache->size_bytes);
	block->width =
		MIN(MAX(cores.width, font_width(FONT_SMALL, label.s)) + 2 * PAD, width);
	block->height = LABEL + cores.height + PAD + 2;
	scene_open(&block->scene, "cache", NULL, -1);
	scene_rect(&block->scene, "cache", 0, 0, block->width, block->height);
	scene_text(&block->scene, FONT_SMALL, "m", PAD, 11, block->width - 2 * PAD,
		   label.s);
	scene_append(&block->scene, &cores.scene, PAD, LABEL + 2);
	scene_close(&block->scene);
}

void layout_cpus(const struct parts *parts, size_t node, int width, struct block *ret)
{
	const struct machine *machine = parts->machine;
	size_t n;
	_cleanup_free_ struct square *squares = squares_of(machine, node, &n);
	struct look look = look_of(parts);
	int x = 0, y = 0, lowest = 0;

	if (machine->cpus.n > SQUARES_MOST)
		n = 0;
	for (size_t i = 0, size; i < n; i += size) {
		struct block one = {};

		size = cache_size(squares + i, n - i);
		if (squares[i].cache >= 0)
			add_cache(&one, machine, look, squares + i, size, width);
		else
			add_cores(&one, look, squares + i, size, width);
		if (x > 0 && x + one.width > width) {
			x = 0;
			y = lowest + GAP + 2;
		}
		scene_append(&ret->scene, &one.scene, x, y);
		lowest = MAX(lowest, y + one.height);
		x += one.width + GAP + 2;
	}
	ret->width = width;
	ret->height = lowest;
}

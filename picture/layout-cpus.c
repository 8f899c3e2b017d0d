/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * layout-cpus.c - a square for each CPU; those of a core touch, and those below one L3
 * have a frame. In large machines the squares have no numbers, or are left out.
 */
#include "picture/layout.h"

#include "base/size.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	NUMBERED_MOST = 600, /* CPUs of the machine */
	SQUARES_MOST = 2048,
	HEIGHT = 16,
	GAP = 4,
	PAD = 5,
	LABEL = 13,
};

struct square {
	int cache; /* index in caches, -1 */
	int core, cpu;
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

static struct square *squares_of(const struct machine *machine, size_t node,
				 size_t *ret_n)
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

static size_t core_size(const struct square *squares, size_t n)
{
	size_t size = 1;

	while (size < n && squares[size].core == squares[0].core &&
	       squares[size].cache == squares[0].cache)
		size++;
	return size;
}

static size_t cache_size(const struct square *squares, size_t n)
{
	size_t size = 1;

	while (size < n && squares[size].cache == squares[0].cache)
		size++;
	return size;
}

/* How wide a square is; whether it has its number. */
struct look {
	int width;
	bool numbered;
};

static struct look look_of(const struct machine *machine)
{
	char last[16] = "";

	if (machine->cpus.n > NUMBERED_MOST)
		return (struct look){9, false};
	snprintf(last, sizeof(last), "%d",
		 machine->cpus.n ? machine->cpus.v[machine->cpus.n - 1].id : 0);
	return (struct look){MAX(font_width(FONT_SMALL, last), 8) + 5, true};
}

static void add_square(struct scene *scene, struct look look, int x, int y, int cpu)
{
	char number[16];

	scene_rect(scene, "cpu", x, y, look.width, HEIGHT);
	if (!look.numbered)
		return;
	snprintf(number, sizeof(number), "%d", cpu);
	scene_text_at(scene, FONT_SMALL, ANCHOR_MIDDLE, NULL, x + look.width / 2, y + 12,
		      look.width, number);
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
			y += HEIGHT + GAP;
		}
		for (size_t j = 0; j < size; j++)
			add_square(&block->scene, look, x + (int)j * look.width, y,
				   squares[i + j].cpu);
		x += (int)size * look.width;
		block->width = MAX(block->width, x);
		x += GAP;
	}
	block->height = n ? y + HEIGHT : 0;
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
	scene_open(&block->scene, "cache", NULL, NULL);
	scene_rect(&block->scene, "cache", 0, 0, block->width, block->height);
	scene_text(&block->scene, FONT_SMALL, "m", PAD, 11, block->width - 2 * PAD,
		   label.s);
	scene_append(&block->scene, &cores.scene, PAD, LABEL + 2);
	scene_close(&block->scene);
}

void layout_cpus(const struct machine *machine, size_t node, int width, struct block *ret)
{
	size_t n;
	_cleanup_free_ struct square *squares = squares_of(machine, node, &n);
	struct look look = look_of(machine);
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

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/guest/predict/hash-order.h"

enum { LEAST_SIZE = 8 };

/* A slot: a hash value and the index of its key; zeroed, it is empty. */
struct slot {
	uint32_t hash;
	size_t key;
};

struct table {
	struct slot *slots;
	uint32_t size, prime; /* a power of two, and the largest prime below it */
	size_t n;
};

/* 0 and 1 mark slots without a key. */
static uint32_t hash_of(const char *key)
{
	uint32_t hash = 5381;

	for (; *key; key++)
		hash = hash * 33 + (uint32_t)(signed char)*key;
	return MAX(hash, (uint32_t)2);
}

static bool is_prime(uint32_t number)
{
	for (uint32_t i = 2; i * i <= number; i++)
		if (number % i == 0)
			return false;
	return true;
}

static void set_size(struct table *table, uint32_t size)
{
	table->size = size;
	table->prime = size - 1;
	while (!is_prime(table->prime))
		table->prime--;
}

/* The @tries-th place to look for a key is 1 + 2 + ... + @tries slots after the first. */
static uint32_t first_slot(const struct table *table, uint32_t hash)
{
	return hash * 11 % table->prime;
}

/*
 * Every key moves to its place among those that have moved; one that is in the way is
 * moved next.
 */
static void enlarge(struct table *table)
{
	uint32_t old = table->size, size = 1;
	bool *moved;

	while (size <= table->n * 1333 / 1000)
		size *= 2;
	set_size(table, MAX(size, (uint32_t)LEAST_SIZE));
	table->slots = xreallocarray(table->slots, MAX(size, old), sizeof(*table->slots));
	for (uint32_t i = old; i < table->size; i++)
		table->slots[i] = (struct slot){};
	moved = xcalloc(table->size, sizeof(*moved));
	for (uint32_t i = 0; i < old; i++) {
		struct slot slot = table->slots[i];

		if (slot.hash == 0 || moved[i])
			continue;
		table->slots[i] = (struct slot){};
		while (slot.hash != 0) {
			uint32_t at = first_slot(table, slot.hash);
			struct slot next;

			for (uint32_t step = 1; moved[at]; step++)
				at = (at + step) % table->size;
			next = table->slots[at];
			table->slots[at] = slot;
			moved[at] = true;
			slot = next;
		}
	}
	free(moved);
}

static void insert(struct table *table, const char *name, size_t key)
{
	uint32_t hash = hash_of(name), at = first_slot(table, hash);

	for (uint32_t step = 1; table->slots[at].hash != 0; step++)
		at = (at + step) % table->size;
	table->slots[at] = (struct slot){hash, key};
	table->n++;
	if (table->size <= table->n + table->n / 16)
		enlarge(table);
}

void hash_order(const char *const *keys, size_t n, size_t *ret)
{
	struct table table = {.slots = xcalloc(LEAST_SIZE, sizeof(*table.slots))};

	set_size(&table, LEAST_SIZE);
	for (size_t i = 0; i < n; i++)
		insert(&table, keys[i], i);
	for (uint32_t i = 0; i < table.size; i++)
		if (table.slots[i].hash != 0)
			*ret++ = table.slots[i].key;
	free(table.slots);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/first.h"

#include "base/mem.h"
#include "base/siphash.h"

#include <assert.h>

#define LEAST_SLOTS 16

struct first_entry {
	const char *text;
	uint64_t number;
	uint64_t hash;
	int value;
};

static bool is_entry(const struct first_entry *entry, uint64_t hash, const char *text,
		     uint64_t number)
{
	if (entry->hash != hash || entry->number != number || !entry->text != !text)
		return false;
	return !text || strcmp(entry->text, text) == 0;
}

/* The slot of an entry, or the free one where it belongs. There are slots. */
static uint32_t *slot_of(const struct firsts *firsts, uint64_t hash, const char *text,
			 uint64_t number)
{
	size_t at = (size_t)hash & (firsts->n_slots - 1);

	while (firsts->slots[at] &&
	       !is_entry(&firsts->entries[firsts->slots[at] - 1], hash, text, number))
		at = (at + 1) & (firsts->n_slots - 1);
	return &firsts->slots[at];
}

/* At most half of the slots are in use. */
static void grow(struct firsts *firsts)
{
	if (firsts->n < firsts->n_slots / 2)
		return;
	assert(firsts->n < UINT32_MAX / 4);
	free(firsts->slots);
	firsts->n_slots = MAX(firsts->n_slots * 2, (size_t)LEAST_SLOTS);
	firsts->slots = xcalloc(firsts->n_slots, sizeof(*firsts->slots));
	firsts->entries = xreallocarray(firsts->entries, firsts->n_slots / 2,
					sizeof(*firsts->entries));
	for (size_t i = 0; i < firsts->n; i++) {
		size_t at = (size_t)firsts->entries[i].hash & (firsts->n_slots - 1);

		while (firsts->slots[at])
			at = (at + 1) & (firsts->n_slots - 1);
		firsts->slots[at] = (uint32_t)i + 1;
	}
}

int first_add(struct firsts *firsts, const char *text, uint64_t number, int value)
{
	uint64_t hash = siphash(number, text ? text : "", text ? strlen(text) : 0);
	uint32_t *slot;

	grow(firsts);
	slot = slot_of(firsts, hash, text, number);
	if (*slot)
		return firsts->entries[*slot - 1].value;
	firsts->entries[firsts->n++] = (struct first_entry){text, number, hash, value};
	*slot = (uint32_t)firsts->n;
	return value;
}

int first_find(const struct firsts *firsts, const char *text, uint64_t number)
{
	uint32_t slot;

	if (firsts->n == 0)
		return -1;
	slot = *slot_of(firsts,
			siphash(number, text ? text : "", text ? strlen(text) : 0), text,
			number);
	return slot ? firsts->entries[slot - 1].value : -1;
}

void firsts_free(struct firsts *firsts)
{
	free(firsts->entries);
	free(firsts->slots);
	*firsts = (struct firsts){};
}

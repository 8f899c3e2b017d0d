/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * random-machine.h - machines with every field filled from a seed, by the same table that
 * writes and reads them (topology/machine-fields.h). They are settled, so that a record
 * of one can be read again, but nobody could build such a machine.
 */
#pragma once

#include "tests/dice.h"
#include "topology/machine-fields.h"

/* Every third time only letters; otherwise markup, control characters, broken UTF-8. */
static char *random_string(struct dice *dice)
{
	static const char *const bits[] = {
		"<", "&",    "\"",   "'", "\n",  "\t",           "\r",
		" ", "\x01", "\xff", "é", "]]>", "\xef\xbf\xbf", "%"};
	struct text text = {};
	bool plain = roll_below(dice, 3) == 0;

	for (uint64_t n = roll_below(dice, 12); n > 0; n--)
		if (plain || roll_below(dice, 3))
			text_addc(&text, (char)('a' + roll_below(dice, 26)));
		else
			text_adds(&text, bits[roll_below(dice, ARRAY_SIZE(bits))]);
	return text_take(&text);
}

static int random_name(struct dice *dice, const struct field_name *names)
{
	size_t n = 0;

	while (names[n].name)
		n++;
	return names[roll_below(dice, n)].value;
}

static uint64_t random_flags(struct dice *dice, const struct field_name *names)
{
	uint64_t flags = 0;

	for (; names->name; names++)
		if (roll_below(dice, 2))
			flags |= (unsigned)names->value;
	return flags;
}

/* Stores a number of the field's size. */
static void put(const struct field *field, void *base, uint64_t value)
{
	memcpy((char *)base + field->offset, &value, field->size_bytes);
}

static void random_field(struct dice *dice, const struct field *field, void *base)
{
	bool absent = !field->required && roll_below(dice, 4) == 0;
	struct set *set;
	char *string;

	switch (field->type) {
	case FIELD_NUMBER:
	case FIELD_NODE:
	case FIELD_CPU:
		put(field, base, absent ? (uint64_t)UNKNOWN_ID : roll_below(dice, 1000));
		break;
	case FIELD_GROUP:
		put(field, base,
		    absent ? (uint64_t)GROUP_UNKNOWN : roll_below(dice, 99) - 1);
		break;
	case FIELD_KNOWN:
		put(field, base, roll_below(dice, 3) - 1);
		break;
	case FIELD_NAME:
		put(field, base, (uint64_t)random_name(dice, field->names));
		break;
	case FIELD_FLAGS:
		put(field, base, random_flags(dice, field->names));
		break;
	case FIELD_BOOL:
		put(field, base, roll_below(dice, 2));
		break;
	case FIELD_STRING:
		string = absent ? NULL : random_string(dice);
		memcpy((char *)base + field->offset, &string, sizeof(string));
		break;
	case FIELD_SET:
		set = (struct set *)(void *)((char *)base + field->offset);
		for (uint64_t n = roll_below(dice, 6); n > 0; n--)
			set_add(set, (unsigned)roll_below(dice, 300));
		break;
	case FIELD_U64:
	case FIELD_START:
		put(field, base, roll(dice) >> roll_below(dice, 64));
		break;
	case FIELD_HEX32:
		put(field, base, roll_below(dice, 1 << 24));
		break;
	case FIELD_U32:
	case FIELD_DOMAIN:
	case FIELD_HEX16:
	case FIELD_BUS:
		put(field, base, roll(dice));
		break;
	case FIELD_ADDRESS:
	case FIELD_FUNCTION:
	case FIELD_ROOT:
		break; /* settle_random */
	}
}

static struct any_vec random_entries(struct dice *dice, const struct element *element,
				     void *base)
{
	struct any_vec entries = element_entries(element, base);

	if (element->kept != KEPT_VEC)
		return entries;
	entries.n = roll_below(dice, MIN(element->limit, (size_t)9));
	entries.v = xcalloc(entries.n + 1, element->size_bytes);
	entries.room = entries.n + 1;
	memcpy((char *)base + element->offset, &entries, sizeof(entries));
	return entries;
}

static void random_struct(struct dice *dice, const struct element *element, void *base)
{
	for (const struct field *field = element->fields; field->name; field++)
		random_field(dice, field, base);
	for (size_t i = 0; i < machine_n_elements; i++) {
		const struct element *child = &machine_elements[i];
		struct any_vec entries;

		if (child->parent != element)
			continue;
		entries = random_entries(dice, child, base);
		for (size_t j = 0; j < entries.n; j++)
			if (child->kept != KEPT_ARRAY || roll_below(dice, 2))
				random_struct(dice, child,
					      (char *)entries.v + j * child->size_bytes);
	}
}

/* An affinity has a node, or candidates, or neither. */
static void fix_affinity(struct machine_affinity *affinity, struct dice *dice)
{
	if (affinity->what != AFFINITY_CANDIDATES)
		set_free(&affinity->nodes);
	else
		set_add(&affinity->nodes, (unsigned)roll_below(dice, 9));
	affinity->node =
		affinity->what == AFFINITY_NODE ? (int)roll_below(dice, 9) : UNKNOWN_ID;
}

static void repair_function(struct machine *machine, size_t i, struct dice *dice)
{
	struct machine_function *function = &machine->functions.v[i];

	function->at = (struct pci_address){(uint32_t)(i / 3 * 0x8000), (uint8_t)i,
					    (uint8_t)roll_below(dice, 32),
					    (uint8_t)roll_below(dice, 8)};
	function->upstream = (int)roll_below(dice, i + 1) - 1;
	function->physical_function = (int)roll_below(dice, machine->functions.n + 1) - 1;
	function->root = (int)roll_below(dice, machine->roots.n + 1) - 1;
	function->subordinate |= function->secondary;
	fix_affinity(&function->affinity, dice);
}

/* What the rows cannot express: order, references, dependencies. */
static void settle_random(struct machine *machine, struct dice *dice)
{
	for (size_t i = 0; i < machine->nodes.n; i++)
		machine->nodes.v[i].id = (int)(i * 3);
	for (size_t i = 0; i < machine->cpus.n; i++)
		machine->cpus.v[i].id = (int)(i * 5);
	for (size_t i = 0; i < machine->roots.n; i++) {
		machine->roots.v[i].domain = (uint32_t)(i * 7);
		machine->roots.v[i].last_bus |= machine->roots.v[i].first_bus;
		fix_affinity(&machine->roots.v[i].affinity, dice);
	}
	for (size_t i = 0; i < machine->functions.n; i++)
		repair_function(machine, i, dice);
	for (size_t i = 0; i < machine->facts.n; i++) {
		struct machine_fact *fact = &machine->facts.v[i];

		free(fact->name);
		free(fact->unknown);
		fact->name = xasprintf("fact.%03zu", i);
		fact->unknown = fact->value ? NULL : random_string(dice);
	}
	for (size_t i = 0; i < machine->files.n; i++) {
		free(machine->files.v[i].path);
		machine->files.v[i].path = xasprintf("sys/file%03zu", i);
	}
	if (machine->nodes.n == 0 || roll_below(dice, 4) == 0)
		return;
	machine->distances =
		xcalloc(machine->nodes.n * machine->nodes.n, sizeof(uint32_t));
	for (size_t i = 0; i < machine->nodes.n * machine->nodes.n; i++)
		machine->distances[i] = (uint32_t)roll_below(dice, 256);
}

/* Fills a zeroed machine. */
_unused_ static void random_machine(uint64_t seed, struct machine *ret)
{
	struct dice dice = {.state = seed};

	random_struct(&dice, machine_elements, ret);
	settle_random(ret, &dice);
}

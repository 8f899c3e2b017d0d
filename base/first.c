/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/first.h"

#include "base/mem.h"

#include <search.h>

struct first_entry {
	const char *text;
	uint64_t number;
	int value;
};

static int compare(const void *left, const void *right)
{
	const struct first_entry *a = left, *b = right;

	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	if (!a->text || !b->text)
		return (a->text != NULL) - (b->text != NULL);
	return strcmp(a->text, b->text);
}

int first_add(struct firsts *firsts, const char *text, uint64_t number, int value)
{
	struct first_entry wanted = {text, number, value};
	struct first_entry **node = tsearch(&wanted, &firsts->root, compare);

	if (!node)
		abort();
	if (*node == &wanted)
		*node = xmemdup(&wanted, sizeof(wanted));
	return (*node)->value;
}

int first_find(const struct firsts *firsts, const char *text, uint64_t number)
{
	struct first_entry wanted = {text, number, -1};
	struct first_entry *const *node = tfind(&wanted, &firsts->root, compare);

	return node ? (*node)->value : -1;
}

void firsts_free(struct firsts *firsts)
{
	tdestroy(firsts->root, free);
	firsts->root = NULL;
}

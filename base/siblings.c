/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Theory of operation. Elements are sorted by parent, then by name, then by number, so
 * that siblings of one name stand beside each other in document order. Sorting has no bad
 * case that the author of a document could bring about, as a hash table has.
 */
#include "base/siblings.h"

/* A name as the text has it: "prefix:name", read byte by byte. */
struct name {
	const char *s, *rest[3];
	int next;
};

static struct name name_of(const xmlNode *node)
{
	if (!node->ns || !node->ns->prefix)
		return (struct name){ (const char *)node->name, { NULL }, 0 };
	return (struct name){ (const char *)node->ns->prefix,
			      { ":", (const char *)node->name, NULL }, 0 };
}

static unsigned char next_byte(struct name *name)
{
	while (!*name->s && name->rest[name->next])
		name->s = name->rest[name->next++];
	return (unsigned char)(*name->s ? *name->s++ : '\0');
}

static int compare_names(const xmlNode *a, const xmlNode *b)
{
	struct name left, right;
	unsigned char x, y;

	/* libxml2 keeps one copy of each name in a document. */
	if (!a->ns && !b->ns)
		return a->name == b->name
			       ? 0
			       : strcmp((const char *)a->name, (const char *)b->name);
	left = name_of(a);
	right = name_of(b);
	do {
		x = next_byte(&left);
		y = next_byte(&right);
	} while (x && x == y);
	return (x > y) - (x < y);
}

static int compare_elements(const void *left, const void *right)
{
	const struct document_element *a = *(struct document_element *const *)left;
	const struct document_element *b = *(struct document_element *const *)right;
	int order = (a->parent > b->parent) - (a->parent < b->parent);

	if (order == 0)
		order = compare_names(a->node, b->node);
	return order ? order : (a > b) - (a < b);
}

static bool alike(const struct document_element *a, const struct document_element *b)
{
	return a->parent == b->parent && compare_names(a->node, b->node) == 0;
}

void siblings_count(struct document *document)
{
	size_t n = document->elements.n;
	struct document_element **sorted = xcalloc(n, sizeof(*sorted));

	for (size_t i = 0; i < n; i++)
		sorted[i] = &document->elements.v[i];
	qsort(sorted, n, sizeof(struct document_element *), compare_elements);
	for (size_t i = 0; i < n; i++) {
		sorted[i]->position = 1;
		if (i == 0 || !alike(sorted[i - 1], sorted[i]))
			continue;
		sorted[i]->position = sorted[i - 1]->position + 1;
		sorted[i - 1]->shared = sorted[i]->shared = true;
	}
	free(sorted);
}

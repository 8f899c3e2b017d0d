/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Theory of operation. The children of each element are collected, and sorted by name if
 * there are several, so that siblings with the same name are adjacent in document order.
 * Sorting has no worst case that the author of a document could cause, unlike a hash
 * table.
 */
#include "base/xml/siblings.h"

/* A name as in the text: "prefix:name", read byte by byte. */
struct name {
	const char *s, *rest[3];
	int next;
};

static struct name name_of(const xmlNode *node)
{
	if (!node->ns || !node->ns->prefix)
		return (struct name){(const char *)node->name, {NULL}, 0};
	return (struct name){(const char *)node->ns->prefix,
			     {":", (const char *)node->name, NULL},
			     0};
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

/* Of the same parent: by name, then in document order. */
static int compare_siblings(const void *left, const void *right)
{
	const struct document_element *a = *(struct document_element *const *)left;
	const struct document_element *b = *(struct document_element *const *)right;
	int order = compare_names(a->node, b->node);

	return order ? order : (a > b) - (a < b);
}

static void count(struct document_element **siblings, size_t n)
{
	bool uniform = true;

	for (size_t i = 1; i < n && uniform; i++)
		uniform = compare_names(siblings[0]->node, siblings[i]->node) == 0;
	if (!uniform)
		qsort(siblings, n, sizeof(struct document_element *), compare_siblings);
	for (size_t i = 0; i < n; i++) {
		siblings[i]->position = 1;
		if (i == 0 || (!uniform && compare_names(siblings[i - 1]->node,
							 siblings[i]->node) != 0))
			continue;
		siblings[i]->position = siblings[i - 1]->position + 1;
		siblings[i - 1]->shared = siblings[i]->shared = true;
	}
}

void siblings_count(struct document *document)
{
	size_t n = document->elements.n, at = 0;
	/* The children of each element: where they begin, and all of them. */
	size_t *starts = xcalloc(n + 2, sizeof(*starts));
	struct document_element **children = xcalloc(n + 1, sizeof(*children));

	for (size_t i = 0; i < n; i++)
		starts[document->elements.v[i].parent + 2]++;
	for (size_t i = 1; i < n + 2; i++)
		starts[i] += starts[i - 1];
	for (size_t i = 0; i < n; i++) {
		struct document_element *element = &document->elements.v[i];

		children[starts[element->parent + 1]++] = element;
	}
	/* Each start has moved to the end of its children. */
	for (size_t i = 0; i < n + 1; i++) {
		count(children + at, starts[i] - at);
		at = starts[i];
	}
	free(children);
	free(starts);
}

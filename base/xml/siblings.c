/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Theory of operation. The children of each element are collected. While they have few
 * names, the last of each name is remembered. Otherwise they are sorted by name, so that
 * siblings with the same name are adjacent in document order: sorting has no worst case
 * that the author of a document could cause, unlike a hash table.
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

	if (!a->ns && !b->ns)
		return strcmp((const char *)a->name, (const char *)b->name);
	left = name_of(a);
	right = name_of(b);
	do {
		x = next_byte(&left);
		y = next_byte(&right);
	} while (x && x == y);
	return (x > y) - (x < y);
}

static bool same_name(const xmlNode *a, const xmlNode *b)
{
	/* libxml2 keeps one copy of each name in a document. */
	if (!a->ns && !b->ns)
		return a->name == b->name;
	return compare_names(a, b) == 0;
}

/* Of the same parent: by name, then in document order. */
static int compare_siblings(const void *left, const void *right)
{
	const struct document_element *a = *(struct document_element *const *)left;
	const struct document_element *b = *(struct document_element *const *)right;
	int order = compare_names(a->node, b->node);

	return order ? order : (a > b) - (a < b);
}

/* The last of each name so far; as many as most elements have names of children. */
struct latest {
	struct document_element *v[16];
	size_t n;
};

/* Counts one more; false: there is no room for its name. */
static bool follow(struct latest *latest, struct document_element *element)
{
	size_t i = latest->n;

	/* Most often the name is that of the sibling before. */
	while (i > 0 && !same_name(latest->v[i - 1]->node, element->node))
		i--;
	if (i == 0) {
		if (latest->n == ARRAY_SIZE(latest->v))
			return false;
		element->position = 1;
		latest->v[latest->n++] = element;
		return true;
	}
	element->position = latest->v[i - 1]->position + 1;
	latest->v[i - 1]->shared = element->shared = true;
	latest->v[i - 1] = element;
	return true;
}

static void count_sorted(struct document_element **siblings, size_t n)
{
	qsort(siblings, n, sizeof(*siblings), compare_siblings);
	for (size_t i = 0; i < n; i++) {
		siblings[i]->position = 1;
		if (i == 0 || !same_name(siblings[i - 1]->node, siblings[i]->node))
			continue;
		siblings[i]->position = siblings[i - 1]->position + 1;
		siblings[i - 1]->shared = siblings[i]->shared = true;
	}
}

static void count(struct document_element **siblings, size_t n)
{
	struct latest latest = {.n = 0};

	for (size_t i = 0; i < n; i++)
		if (!follow(&latest, siblings[i])) {
			count_sorted(siblings, n);
			return;
		}
}

static void count_all(const struct document *document)
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

void siblings_count(const struct document *document)
{
	/* The root has a position, 1, once they are counted. */
	if (document->elements.n > 0 && document->elements.v[0].position == 0)
		count_all(document);
}

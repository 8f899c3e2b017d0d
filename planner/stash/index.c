/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * index.c - the position of each element among its siblings, for many lookups in one
 * document.
 */
#include "planner/stash/parts.h"

static uint64_t key_of(int parent, size_t position)
{
	return (uint64_t)(parent + 1) << 32 | position;
}

/* As in a path: "prefix:name". */
static char *name_of(const xmlNode *node)
{
	return node->ns && node->ns->prefix
		       ? xasprintf("%s:%s", (const char *)node->ns->prefix,
				   (const char *)node->name)
		       : xstrdup((const char *)node->name);
}

void stash_index_make(const struct document *document, struct stash_index *ret)
{
	size_t n = document->elements.n;
	const struct document_element *v = document->elements.v;

	*ret = (struct stash_index){
		.n = n,
		.ordinals = xcalloc(n, sizeof(int)),
		.starts = xcalloc(n + 2, sizeof(int)),
		.children = xcalloc(n, sizeof(int)),
		.names = xcalloc(n, sizeof(char *)),
	};
	/* Where the children of each begin; shifted by two, and by one while filling. */
	for (size_t i = 1; i < n; i++)
		ret->starts[v[i].parent + 2]++;
	for (size_t i = 1; i < n + 2; i++)
		ret->starts[i] += ret->starts[i - 1];
	for (size_t i = 0; i < n; i++) {
		ret->names[i] = name_of(v[i].node);
		first_add(&ret->named, ret->names[i],
			  key_of(v[i].parent, document_position(document, (int)i)),
			  (int)i);
		if (i > 0)
			ret->children[ret->starts[v[i].parent + 1]++] = (int)i;
	}
	for (size_t i = 0; i < n; i++)
		for (int k = ret->starts[i]; k < ret->starts[i + 1]; k++)
			ret->ordinals[ret->children[k]] = k - ret->starts[i];
}

void stash_index_free(struct stash_index *index)
{
	for (size_t i = 0; i < index->n; i++)
		free(index->names[i]);
	free(index->names);
	free(index->ordinals);
	free(index->starts);
	free(index->children);
	firsts_free(&index->named);
	*index = (struct stash_index){};
}

int stash_index_count(const struct stash_index *index, int parent)
{
	return index->starts[parent + 1] - index->starts[parent];
}

int stash_index_child(const struct stash_index *index, int parent, int ordinal)
{
	if (parent < 0 || ordinal < 0 || ordinal >= stash_index_count(index, parent))
		return -1;
	return index->children[index->starts[parent] + ordinal];
}

int stash_index_find(const struct stash_index *index, int parent, const char *name,
		     size_t position)
{
	return first_find(&index->named, name, key_of(parent, position));
}

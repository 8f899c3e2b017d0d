/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Theory of operation. An entry is kept only if a search can find it: if there are values
 * that differ from all of its own, while each entry before it shares one of them. A list
 * then has at most 2^n entries for n attributes (a theorem of Bollobás, for pairs in
 * order), so that searches and additions take constant time.
 */
#include "base/apart.h"

#include <limits.h>

static apart_list *list_of(const struct apart *apart, uint64_t key)
{
	int at = first_find(&apart->lists_of, NULL, key);

	return at < 0 ? NULL : &apart->lists.v[at];
}

/* Whether they differ in each attribute of the mask @given. */
static bool is_apart(const int *a, const int *b, size_t attributes, unsigned given)
{
	for (size_t i = 0; i < attributes; i++)
		if (given & 1U << i && a[i] == b[i])
			return false;
	return true;
}

/* The first of the list that differs in each attribute of the mask. */
static const struct apart_entry *find(const apart_list *list, const int *values,
				      size_t attributes, unsigned given)
{
	for (size_t i = 0; i < list->n; i++)
		if (is_apart(list->v[i].values, values, attributes, given))
			return &list->v[i];
	return NULL;
}

int apart_find(const struct apart *apart, uint64_t key, const int *values)
{
	const apart_list *list = list_of(apart, key);
	const struct apart_entry *it =
		list ? find(list, values, apart->attributes, ~0U) : NULL;

	return it ? it->entry : INT_MAX;
}

/*
 * Whether a search can find an entry with the values @own after the list: @asked, of
 * which those of the mask are given, can be completed so that it shares a value with each
 * entry of the list, and none with @own.
 */
static bool can_be_found(const apart_list *list, const int *own, size_t attributes,
			 int *asked, unsigned given)
{
	const struct apart_entry *before = find(list, asked, attributes, given);

	if (!before)
		return true;
	for (size_t i = 0; i < attributes; i++) {
		if (given & 1U << i || before->values[i] == own[i])
			continue;
		asked[i] = before->values[i];
		if (can_be_found(list, own, attributes, asked, given | 1U << i))
			return true;
	}
	return false;
}

void apart_add(struct apart *apart, uint64_t key, const int *values, int entry)
{
	int asked[APART_ATTRIBUTES], last = (int)apart->lists.n;
	int at = first_add(&apart->lists_of, NULL, key, last);
	struct apart_entry *it;

	if (at == last)
		(void)vec_add(&apart->lists);
	if (!can_be_found(&apart->lists.v[at], values, apart->attributes, asked, 0))
		return;
	it = vec_add(&apart->lists.v[at]);
	memcpy(it->values, values, apart->attributes * sizeof(*values));
	it->entry = entry;
}

void apart_free(struct apart *apart)
{
	for (size_t i = 0; i < apart->lists.n; i++)
		vec_free(&apart->lists.v[i]);
	vec_free(&apart->lists);
	firsts_free(&apart->lists_of);
}

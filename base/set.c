/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/set.h"

#include "base/mem.h"

#include <assert.h>

void set_add(struct set *set, unsigned member)
{
	size_t word = member / 64;

	assert(member < SET_LIMIT);
	if (word >= set->n_words) {
		set->words = xreallocarray(set->words, word + 1, sizeof(*set->words));
		memset(set->words + set->n_words, 0,
		       (word + 1 - set->n_words) * sizeof(*set->words));
		set->n_words = word + 1;
	}
	set->words[word] |= UINT64_C(1) << member % 64;
}

void set_add_range(struct set *set, unsigned first, unsigned last)
{
	if (first > last)
		return;
	set_add(set, last);
	for (size_t word = first / 64; word <= last / 64; word++) {
		uint64_t bits = ~UINT64_C(0);

		if (word == first / 64)
			bits &= ~UINT64_C(0) << first % 64;
		if (word == last / 64)
			bits &= ~UINT64_C(0) >> (63 - last % 64);
		set->words[word] |= bits;
	}
}

void set_remove(struct set *set, unsigned member)
{
	if (member / 64 < set->n_words)
		set->words[member / 64] &= ~(UINT64_C(1) << member % 64);
}

bool set_has(const struct set *set, unsigned member)
{
	return member / 64 < set->n_words &&
	       (set->words[member / 64] >> member % 64 & 1) != 0;
}

int set_next(const struct set *set, unsigned from)
{
	for (size_t word = from / 64; word < set->n_words; word++) {
		uint64_t rest = set->words[word];

		if (word == from / 64)
			rest &= ~UINT64_C(0) << from % 64;
		if (rest)
			return (int)(word * 64) + __builtin_ctzll(rest);
	}
	return -1;
}

bool set_empty(const struct set *set)
{
	return set_next(set, 0) < 0;
}

unsigned set_count(const struct set *set)
{
	unsigned count = 0;

	for (size_t i = 0; i < set->n_words; i++)
		count += (unsigned)__builtin_popcountll(set->words[i]);
	return count;
}

static uint64_t word_or_0(const struct set *set, size_t i)
{
	return i < set->n_words ? set->words[i] : 0;
}

bool set_equal(const struct set *a, const struct set *b)
{
	for (size_t i = 0; i < MAX(a->n_words, b->n_words); i++)
		if (word_or_0(a, i) != word_or_0(b, i))
			return false;
	return true;
}

bool set_intersects(const struct set *a, const struct set *b)
{
	for (size_t i = 0; i < MIN(a->n_words, b->n_words); i++)
		if (a->words[i] & b->words[i])
			return true;
	return false;
}

bool set_subset(const struct set *inner, const struct set *outer)
{
	for (size_t i = 0; i < inner->n_words; i++)
		if (inner->words[i] & ~word_or_0(outer, i))
			return false;
	return true;
}

void set_union(struct set *into, const struct set *from)
{
	int last = -1;

	for (size_t i = 0; i < from->n_words; i++)
		if (from->words[i])
			last = (int)(i * 64) + 63 - __builtin_clzll(from->words[i]);
	if (last < 0)
		return;
	set_add(into, (unsigned)last);
	for (size_t i = 0; i <= (size_t)last / 64; i++)
		into->words[i] |= from->words[i];
}

void set_subtract(struct set *from, const struct set *what)
{
	for (size_t i = 0; i < from->n_words; i++)
		from->words[i] &= ~word_or_0(what, i);
}

struct set set_copy(const struct set *set)
{
	return (struct set){
		.words = xmemdup(set->words, set->n_words * sizeof(*set->words)),
		.n_words = set->n_words,
	};
}

void set_free(struct set *set)
{
	free(set->words);
	*set = (struct set){};
}

/* A decimal number below SET_LIMIT at *cursor, which is moved past it. */
static bool take_member(const char **cursor, unsigned *ret)
{
	unsigned value = 0;
	const char *s = *cursor;

	for (; *s >= '0' && *s <= '9'; s++) {
		value = value * 10 + (unsigned)(*s - '0');
		if (value >= SET_LIMIT)
			return false;
	}
	if (s == *cursor)
		return false;
	*cursor = s;
	*ret = value;
	return true;
}

static bool take_range(const char **cursor, bool exclusions, struct set *set)
{
	bool exclude = exclusions && **cursor == '^';
	unsigned first, last;

	*cursor += exclude;
	if (!take_member(cursor, &first))
		return false;
	last = first;
	if (**cursor == '-') {
		(*cursor)++;
		if (exclude || !take_member(cursor, &last) || last < first)
			return false;
	}
	if (exclude)
		set_remove(set, first);
	else
		set_add_range(set, first, last);
	return true;
}

bool set_parse(const char *list, bool exclusions, struct set *ret)
{
	struct set set = {};

	*ret = (struct set){};
	for (const char *cursor = list; *cursor;) {
		if (!take_range(&cursor, exclusions, &set) ||
		    (*cursor && (*cursor != ',' || !cursor[1]))) {
			set_free(&set);
			return false;
		}
		cursor += *cursor == ',';
	}
	*ret = set;
	return true;
}

void text_add_set(struct text *text, const struct set *set)
{
	const char *comma = "";

	for (int first = set_first(set), last; first >= 0;
	     first = set_next(set, (unsigned)last + 1)) {
		for (last = first; set_has(set, (unsigned)last + 1);)
			last++;
		text_printf(text, "%s%d", comma, first);
		if (last > first)
			text_printf(text, "-%d", last);
		comma = ",";
	}
}

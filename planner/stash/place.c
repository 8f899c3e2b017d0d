/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * place.c - the places of elements that are cut out of a document.
 *
 * Theory of operation. A place consists of the parent's path, the number of siblings
 * before the element, and the bytes between the last of them and the element. A checksum,
 * the seal, covers what remains between the neighbours (white space, comments, text) and
 * their names. While the seal matches, putting back (put.c) is the exact inverse of
 * cutting.
 *
 * Several elements are cut from last to first, each out of the remaining text. So nothing
 * before an element has been cut yet: its text, its number among its siblings and the
 * position in each step of its path are those of the document. After it, cut text and cut
 * siblings are skipped. A step of a path omits position 1 if no other sibling of its name
 * remains.
 */
#include "planner/stash/parts.h"

#include "base/xml/style.h"

#define SEAL_BYTES 8 /* of the checksum: enough to detect an edit */
#define STAYS      (-2)

void stash_place_free(struct stash_place *place)
{
	free(place->from);
	free(place->lead);
	free(place->tail);
	free(place->seal);
	*place = (struct stash_place){};
}

void stash_seal_begin(struct sha256 *hash, const char *before, const char *next)
{
	sha256_begin(hash);
	sha256_add(hash, before, strlen(before) + 1);
	sha256_add(hash, next, strlen(next) + 1);
}

char *stash_seal_end(struct sha256 *hash)
{
	uint8_t sum[SHA256_BYTES];
	struct text text = {};

	sha256_end(hash, sum);
	for (size_t i = 0; i < SEAL_BYTES; i++)
		text_printf(&text, "%02x", sum[i]);
	return text_take(&text);
}

void stash_cutting_begin(const struct document *document, struct stash_cutting *ret)
{
	size_t n = document->elements.n;

	*ret = (struct stash_cutting){
		.document = document,
		.alike = xcalloc(n, sizeof(int)),
		.next = xcalloc(n, sizeof(int)),
	};
	stash_index_make(document, &ret->index);
	for (size_t i = 0; i < n; i++) {
		const struct document_element *it = &document->elements.v[i];

		ret->next[i] = STAYS;
		ret->alike[stash_index_find(&ret->index, it->parent, ret->index.names[i],
					    1)]++;
	}
}

void stash_cutting_free(struct stash_cutting *cutting)
{
	stash_index_free(&cutting->index);
	vec_free(&cutting->cuts);
	free(cutting->alike);
	free(cutting->next);
	*cutting = (struct stash_cutting){};
}

/* A remaining byte, and the number of cuts after it. */
struct cursor {
	size_t at, n_cuts;
};

static void skip_cuts(const struct stash_cutting *cutting, struct cursor *cursor)
{
	const struct span *cuts = cutting->cuts.v;

	while (cursor->n_cuts > 0 && cuts[cursor->n_cuts - 1].start == cursor->at)
		cursor->at = cuts[--cursor->n_cuts].end;
}

static void step(const struct stash_cutting *cutting, struct cursor *cursor)
{
	cursor->at++;
	skip_cuts(cutting, cursor);
}

/* True if only blanks, which go to @tail, precede the end of the line. */
static bool skip_tail(const struct stash_cutting *cutting, struct cursor *cursor,
		      struct text *tail)
{
	const char *s = cutting->document->text.s;
	struct cursor next;

	skip_cuts(cutting, cursor);
	for (; s[cursor->at] == ' ' || s[cursor->at] == '\t'; step(cutting, cursor))
		text_addc(tail, s[cursor->at]);
	if (s[cursor->at] != '\r')
		return s[cursor->at] == '\n';
	next = *cursor;
	step(cutting, &next);
	return s[next.at] == '\n';
}

/*
 * The span of an element and, if nothing else is on its lines, of the white space around
 * it on these lines.
 */
static struct cursor cut_of(const struct stash_cutting *cutting, int element,
			    struct stash_place *place, size_t *ret_start)
{
	struct span whole = document_whole(cutting->document, element);
	_cleanup_free_ char *gap = style_gap(cutting->document, element);
	struct cursor here = {whole.end, cutting->cuts.n}, end = here;
	_cleanup_text_ struct text tail = {};
	bool has_line = gap_has_line(gap) && skip_tail(cutting, &end, &tail);

	*ret_start = whole.start - (has_line ? strlen(gap) : 0);
	place->lead = has_line ? TAKE(gap) : xstrdup("");
	place->tail = has_line ? text_take(&tail) : xstrdup("");
	return has_line ? end : here;
}

static const char *name_or_nothing(const struct document *document, int element)
{
	return element < 0 ? "" : document_element_name(document, element);
}

/* Of the text in [start, cut) and of what remains of [cursor, end). */
static char *seal_of(const struct stash_cutting *cutting, int before, int next,
		     struct span left, struct cursor cursor, size_t end)
{
	const struct document *document = cutting->document;
	struct sha256 hash;

	stash_seal_begin(&hash, name_or_nothing(document, before),
			 name_or_nothing(document, next));
	sha256_add(&hash, document->text.s + left.start, left.end - left.start);
	for (skip_cuts(cutting, &cursor); cursor.at < end; skip_cuts(cutting, &cursor)) {
		size_t stop = cursor.n_cuts > 0
				      ? MIN(end, cutting->cuts.v[cursor.n_cuts - 1].start)
				      : end;

		sha256_add(&hash, document->text.s + cursor.at, stop - cursor.at);
		cursor.at = stop;
	}
	return stash_seal_end(&hash);
}

static char *path_of(const struct stash_cutting *cutting, int element)
{
	const struct document_element *v = cutting->document->elements.v;
	VEC(int) steps = {};
	struct text path = {};

	for (; element >= 0; element = v[element].parent)
		*vec_add(&steps) = element;
	while (steps.n > 0) {
		int at = steps.v[--steps.n];
		unsigned position = document_position(cutting->document, at);

		text_printf(&path, "/%s", cutting->index.names[at]);
		if (position > 1 || cutting->alike[at] > 1)
			text_printf(&path, "[%u]", position);
	}
	vec_free(&steps);
	return text_take(&path);
}

/* Merges adjacent cuts. */
static void add_cut(struct stash_cutting *cutting, struct span cut)
{
	while (cutting->cuts.n > 0 && vec_last(&cutting->cuts)->start <= cut.end) {
		cut.end = MAX(cut.end, vec_last(&cutting->cuts)->end);
		cutting->cuts.n--;
	}
	*vec_add(&cutting->cuts) = cut;
}

void stash_cut(struct stash_cutting *cutting, int element, struct stash_place *ret)
{
	const struct stash_index *index = &cutting->index;
	const struct document_element *it = &cutting->document->elements.v[element];
	int ordinal = index->ordinals[element];
	int before = stash_index_child(index, it->parent, ordinal - 1);
	int next = stash_index_child(index, it->parent, ordinal + 1);
	struct span gap = cutting->document->elements.v[it->parent].content;
	struct cursor end;
	size_t start;

	if (next >= 0 && cutting->next[next] != STAYS)
		next = cutting->next[next];
	if (before >= 0)
		gap.start = document_whole(cutting->document, before).end;
	if (next >= 0)
		gap.end = document_whole(cutting->document, next).start;
	*ret = (struct stash_place){
		.from = path_of(cutting, it->parent),
		.after = (uint64_t)ordinal,
		.alike = document_position(cutting->document, element) - 1,
	};
	end = cut_of(cutting, element, ret, &start);
	ret->at_bytes = start - gap.start;
	ret->seal = seal_of(cutting, before, next, (struct span){gap.start, start}, end,
			    gap.end);
	cutting->next[element] = next;
	cutting->alike[stash_index_find(index, it->parent, index->names[element], 1)]--;
	add_cut(cutting, (struct span){start, end.at});
}

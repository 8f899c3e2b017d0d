/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * put.c - puts elements back in their places.
 *
 * Theory of operation. While its seal matches, an element goes to the byte where it was.
 * Otherwise, because the place was edited or libvirt rewrote the document, it goes after
 * as many siblings of its own name as before: that is the order that matters to libvirt.
 *
 * Several elements are put back in one change as long as each goes after the previous
 * ones in the text: then all text after it is the document's, and inserted elements only
 * count as siblings before it. The next element may go into the tail of the last one.
 */
#include "planner/stash/parts.h"

#include "base/xml/style.h"

void stash_filling_begin(const struct document *document, struct stash_filling *ret)
{
	size_t n = document->elements.n;

	*ret = (struct stash_filling){
		.document = document,
		.added = xcalloc(n, sizeof(int)),
		.last_ordinal = xcalloc(n, sizeof(int)),
		.last_parent = -1,
	};
	stash_index_make(document, &ret->index);
}

void stash_filling_free(struct stash_filling *filling)
{
	stash_index_free(&filling->index);
	firsts_free(&filling->named);
	vec_free(&filling->counts);
	stash_edits_free(filling->edits.v, filling->edits.n);
	vec_free(&filling->edits);
	vec_free(&filling->starts);
	free(filling->added);
	free(filling->last_ordinal);
	*filling = (struct stash_filling){};
}

static int *count_of(struct stash_filling *filling, int parent, const char *name)
{
	int at = first_add(&filling->named, name, (uint64_t)(parent + 1),
			   (int)filling->counts.n);

	if (at == (int)filling->counts.n)
		*vec_add(&filling->counts) = 0;
	return &filling->counts.v[at];
}

static int count_added(const struct stash_filling *filling, int parent, const char *name)
{
	int at = first_find(&filling->named, name, (uint64_t)(parent + 1));

	return at < 0 ? 0 : filling->counts.v[at];
}

/*
 * The child that "name[2]" refers to, or -1. Only children after all elements inserted
 * into the parent certainly still exist.
 */
static int find_step(const struct stash_filling *filling, int parent, const char *step,
		     size_t n)
{
	size_t n_name = 0;
	long position = 1;
	_cleanup_free_ char *name = NULL;
	int child, added;

	while (n_name < n && step[n_name] != '[')
		n_name++;
	if (n_name < n)
		position = strtol(step + n_name + 1, NULL, 10);
	name = xstrndup(step, n_name);
	added = count_added(filling, parent, name);
	if (position <= added || position - added > (long)filling->document->elements.n)
		return -1;
	child = stash_index_find(&filling->index, parent, name,
				 (size_t)(position - added));
	if (child >= 0 && parent >= 0 && filling->added[parent] > 0 &&
	    filling->index.ordinals[child] < filling->last_ordinal[parent])
		return -1;
	return child;
}

int stash_filling_find(const struct stash_filling *filling, const char *path)
{
	int element = -1;

	while (*path == '/') {
		size_t n = strcspn(++path, "/");

		element = find_step(filling, element, path, n);
		if (element < 0)
			return -1;
		path += n;
	}
	return element;
}

/*
 * True if the document has exactly @wanted children of that name before its @ordinal-th.
 */
static bool has_alike(const struct stash_filling *filling, int parent, const char *name,
		      uint64_t wanted, int ordinal)
{
	const struct stash_index *index = &filling->index;
	int last, next;

	if (wanted > (uint64_t)ordinal)
		return false;
	last = wanted > 0 ? stash_index_find(index, parent, name, wanted) : -1;
	next = stash_index_find(index, parent, name, wanted + 1);
	return (wanted == 0 || (last >= 0 && index->ordinals[last] < ordinal)) &&
	       (next < 0 || index->ordinals[next] >= ordinal);
}

static const char *name_or_nothing(const struct document *document, int element)
{
	return element < 0 ? "" : document_element_name(document, element);
}

/* The bytes after the last inserted element. */
static const char *bytes_left(const struct stash_filling *filling)
{
	const struct text *bytes = &vec_last(&filling->edits)->bytes;

	return bytes->s + bytes->n - filling->n_left;
}

/* True if the bytes of the gap match the seal of the place. */
static bool is_sealed(const struct stash_filling *filling, const struct stash_spot *spot,
		      int before, int next, struct span gap, const char *seal)
{
	const struct document *document = filling->document;
	_cleanup_free_ char *sum = NULL;
	struct sha256 hash;

	stash_seal_begin(&hash,
			 spot->after_last ? filling->last_name
					  : name_or_nothing(document, before),
			 name_or_nothing(document, next));
	if (spot->after_last)
		sha256_add(&hash, bytes_left(filling), filling->n_left);
	sha256_add(&hash, document->text.s + gap.start, gap.end - gap.start);
	sum = stash_seal_end(&hash);
	return streq(sum, seal);
}

bool stash_find_exact(const struct stash_filling *filling,
		      const struct stash_place *place, int parent, const char *name,
		      struct stash_spot *ret)
{
	const struct document_element *it = &filling->document->elements.v[parent];
	int added = filling->added[parent], before, next;
	uint64_t alike = (uint64_t)count_added(filling, parent, name);
	struct span gap = it->content;
	size_t n_bytes;

	if (it->self_closing || place->after < (uint64_t)added || place->alike < alike ||
	    place->after - (uint64_t)added >
		    (uint64_t)stash_index_count(&filling->index, parent))
		return false;
	*ret = (struct stash_spot){.parent = parent,
				   .ordinal = (int)place->after - added};
	if (added > 0 && ret->ordinal < filling->last_ordinal[parent])
		return false;
	ret->after_last = added > 0 && ret->ordinal == filling->last_ordinal[parent];
	before = stash_index_child(&filling->index, parent, ret->ordinal - 1);
	next = stash_index_child(&filling->index, parent, ret->ordinal);
	if (before >= 0)
		gap.start = document_whole(filling->document, before).end;
	if (ret->after_last)
		gap.start = vec_last(&filling->edits)->span.end;
	if (next >= 0)
		gap.end = document_whole(filling->document, next).start;
	n_bytes = gap.end - gap.start + (ret->after_last ? filling->n_left : 0);
	if ((ret->after_last && filling->last_parent != parent) ||
	    place->at_bytes > n_bytes ||
	    !has_alike(filling, parent, name, place->alike - alike, ret->ordinal) ||
	    !is_sealed(filling, ret, before, next, gap, place->seal))
		return false;
	ret->at = gap.start + place->at_bytes;
	ret->in_left = ret->after_last && place->at_bytes < filling->n_left;
	if (ret->in_left)
		ret->at = place->at_bytes;
	else if (ret->after_last)
		ret->at -= filling->n_left;
	return filling->edits.n == 0 || ret->after_last ||
	       ret->at > vec_last(&filling->edits)->span.end;
}

/* A new edit, or the last one split: *ret_rest, which the caller frees, follows. */
static struct stash_edit *edit_at(struct stash_filling *filling,
				  const struct stash_spot *spot, char **ret_rest)
{
	struct stash_edit *edit;
	size_t start;

	if (!spot->in_left) {
		*ret_rest = xstrdup("");
		edit = vec_add(&filling->edits);
		edit->span = (struct span){spot->at, spot->at};
		return edit;
	}
	edit = vec_last(&filling->edits);
	start = edit->bytes.n - filling->n_left + spot->at;
	*ret_rest = xstrndup(edit->bytes.s + start, edit->bytes.n - start);
	edit->bytes.n = start;
	return edit;
}

void stash_fill(struct stash_filling *filling, const struct stash_spot *spot,
		const struct stash_place *place, const struct text *bytes, int element)
{
	_cleanup_free_ char *rest = NULL;
	struct stash_edit *edit = edit_at(filling, spot, &rest);

	text_adds(&edit->bytes, place->lead);
	*vec_add(&filling->starts) =
		(struct stash_start){filling->edits.n - 1, edit->bytes.n};
	text_add(&edit->bytes, bytes->s, bytes->n);
	text_adds(&edit->bytes, place->tail);
	text_adds(&edit->bytes, rest);
	filling->n_left = strlen(place->tail) + strlen(rest);
	filling->added[spot->parent]++;
	filling->last_ordinal[spot->parent] = spot->ordinal;
	filling->last_parent = spot->parent;
	filling->last_name = document_element_name(filling->document, element);
	++*count_of(filling, spot->parent, filling->index.names[element]);
}

/* The last of the first @alike children of that name, or -1. */
static int find_sibling(const struct stash_index *index, int parent, const char *name,
			uint64_t alike)
{
	int found = -1, child;

	for (int k = 0; alike > 0 && (child = stash_index_child(index, parent, k)) >= 0;
	     k++) {
		if (!streq(index->names[child], name))
			continue;
		found = child;
		alike--;
	}
	return found;
}

/* Before the first child of its name, or as the last child. */
static int last_before(const struct stash_index *index, int parent, const char *name)
{
	int first = stash_index_find(index, parent, name, 1);

	return stash_index_child(index, parent,
				 first >= 0 ? index->ordinals[first] - 1
					    : stash_index_count(index, parent) - 1);
}

static void put_into_empty(const struct document *document, int parent,
			   const struct text *element, struct stash_edit *ret)
{
	const struct document_element *it = &document->elements.v[parent];
	_cleanup_free_ char *gap = style_child_gap(document, parent, -1);
	_cleanup_free_ char *end =
		gap_has_line(gap) ? style_gap(document, parent) : xstrdup("");
	const char *name = document->text.s + it->start_tag.start + 1;

	ret->span = it->self_closing
			    ? (struct span){it->start_tag.end - 2, it->start_tag.end}
			    : it->content;
	text_printf(&ret->bytes, "%s%s", it->self_closing ? ">" : "", gap);
	text_add(&ret->bytes, element->s, element->n);
	text_adds(&ret->bytes, end);
	if (it->self_closing)
		text_printf(&ret->bytes, "</%.*s>", (int)strcspn(name, " \t\r\n/>"),
			    name);
}

void stash_put_somewhere(const struct stash_filling *filling,
			 const struct stash_place *place, int parent, const char *name,
			 const struct text *element, struct stash_edit *ret)
{
	const struct document *document = filling->document;
	int sibling = find_sibling(&filling->index, parent, name, place->alike);
	_cleanup_free_ char *gap = NULL;
	size_t at;

	if (stash_index_count(&filling->index, parent) == 0) {
		put_into_empty(document, parent, element, ret);
		return;
	}
	if (sibling < 0)
		sibling = last_before(&filling->index, parent, name);
	gap = style_child_gap(document, parent, sibling);
	at = sibling >= 0 ? document_whole(document, sibling).end
			  : document->elements.v[parent].content.start;
	ret->span = (struct span){at, at};
	text_adds(&ret->bytes, gap);
	text_add(&ret->bytes, element->s, element->n);
}

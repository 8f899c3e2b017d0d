/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stash-place.c - where an element stood, and how it gets back there.
 *
 * Theory of operation. A place is the parent's path, the number of elements before it
 * there, and the bytes between the last of them and the element. What stays between its
 * neighbours when it is gone (white space, comments, text) is sealed with a checksum,
 * their names included. As
 * long as the seal holds, putting back is the exact inverse of cutting out. When it does
 * not, because somebody edited there or libvirt wrote the document anew, the element goes
 * behind the siblings of its own name that it stood behind, since that order is what
 * libvirt gives a meaning to.
 */
#include "planner/stash/parts.h"

#include "base/sha256.h"
#include "base/xml/style.h"

#define SEAL_BYTES 8 /* of the checksum: enough to tell an edit from none */

void stash_place_free(struct stash_place *place)
{
	free(place->from);
	free(place->lead);
	free(place->tail);
	free(place->seal);
	*place = (struct stash_place){};
}

static char *cut_out(const struct document *document, struct span span)
{
	return xstrndup(document->text.s + span.start, span.end - span.start);
}

/* A place between two children of an element, or one and the end: -1. */
struct gap {
	int before, behind;
	struct span span; /* between them */
};

static struct gap gap_between(const struct document *document, int parent, int before,
			      int behind)
{
	struct gap gap = {before, behind, document->elements.v[parent].content};

	if (before >= 0)
		gap.span.start = document_whole(document, before).end;
	if (behind >= 0)
		gap.span.end = document_whole(document, behind).start;
	return gap;
}

static void add_name(struct sha256 *hash, const struct document *document, int element)
{
	const char *name = element < 0 ? "" : document_element_name(document, element);

	sha256_add(hash, name, strlen(name) + 1);
}

/* Of a gap's neighbours and its bytes without those of @cut. */
static char *seal_of(const struct document *document, const struct gap *gap,
		     struct span cut)
{
	uint8_t sum[SHA256_BYTES];
	struct sha256 hash;
	_cleanup_text_ struct text text = {};

	sha256_begin(&hash);
	add_name(&hash, document, gap->before);
	add_name(&hash, document, gap->behind);
	sha256_add(&hash, document->text.s + gap->span.start,
		   cut.start - gap->span.start);
	sha256_add(&hash, document->text.s + cut.end, gap->span.end - cut.end);
	sha256_end(&hash, sum);
	for (size_t i = 0; i < SEAL_BYTES; i++)
		text_printf(&text, "%02x", sum[i]);
	return text_take(&text);
}

/* The element, and where it has its lines for itself what stands around it on them. */
static struct span cut_of(const struct document *document, int element)
{
	struct span cut = document_whole(document, element);
	_cleanup_free_ char *gap = style_gap(document, element);
	const char *s = document->text.s;
	size_t end = cut.end;

	while (s[end] == ' ' || s[end] == '\t')
		end++;
	if (!gap_has_line(gap) ||
	    !(s[end] == '\n' || (s[end] == '\r' && s[end + 1] == '\n')))
		return cut;
	return (struct span){cut.start - strlen(gap), end};
}

void stash_place_of(const struct document *document, int element, struct stash_place *ret,
		    struct span *ret_cut)
{
	int parent = document->elements.v[element].parent, before = -1;
	struct span whole = document_whole(document, element);
	struct span cut = cut_of(document, element);
	struct gap gap;

	*ret = (struct stash_place){
		.from = document_path(document, parent),
		.alike = document->elements.v[element].position - 1,
	};
	for (int i = document_child(document, parent, NULL); i != element;
	     i = document_next(document, i, NULL)) {
		ret->after++;
		before = i;
	}
	gap = gap_between(document, parent, before,
			  document_next(document, element, NULL));
	ret->at_bytes = cut.start - gap.span.start;
	ret->lead = cut_out(document, (struct span){cut.start, whole.start});
	ret->tail = cut_out(document, (struct span){whole.end, cut.end});
	ret->seal = seal_of(document, &gap, cut);
	*ret_cut = cut;
}

/* The step of a path that stands for @node, without its position: "p:name". */
static bool is_step(const xmlNode *node, const char *step, size_t n)
{
	_cleanup_free_ char *name =
		node->ns && node->ns->prefix
			? xasprintf("%s:%s", node->ns->prefix, node->name)
			: xstrdup((const char *)node->name);

	return strlen(name) == n && memcmp(name, step, n) == 0;
}

/* The child that "name[2]" stands for. */
static int find_step(const struct document *document, int parent, const char *step,
		     size_t n)
{
	size_t n_name = 0;
	long position = 1;
	int child = document_child(document, parent, NULL);

	while (n_name < n && step[n_name] != '[')
		n_name++;
	if (n_name < n)
		position = strtol(step + n_name + 1, NULL, 10);
	for (; child >= 0; child = document_next(document, child, NULL))
		if (is_step(document->elements.v[child].node, step, n_name) &&
		    --position == 0)
			break;
	return child;
}

int stash_find_path(const struct document *document, const char *path)
{
	int element = -1;

	while (*path == '/') {
		size_t n = strcspn(++path, "/");

		element = find_step(document, element, path, n);
		if (element < 0)
			return -1;
		path += n;
	}
	return element;
}

/* True if the place is as it was: then it is at *ret. */
static bool find_exact(const struct document *document, int parent,
		       const struct stash_place *place, const struct text *element,
		       size_t *ret)
{
	size_t n_name = strcspn(element->s + 1, " \t\r\n/>");
	int before = -1, child = document_child(document, parent, NULL);
	uint64_t after = place->after, alike = 0;
	_cleanup_free_ char *seal = NULL;
	struct gap gap;

	for (; child >= 0 && after > 0; after--) {
		alike +=
			is_step(document->elements.v[child].node, element->s + 1, n_name);
		before = child;
		child = document_next(document, child, NULL);
	}
	gap = gap_between(document, parent, before, child);
	if (document->elements.v[parent].self_closing || after > 0 ||
	    alike != place->alike || place->at_bytes > gap.span.end - gap.span.start)
		return false;
	*ret = gap.span.start + place->at_bytes;
	seal = seal_of(document, &gap, (struct span){*ret, *ret});
	return streq(seal, place->seal);
}

/* The last of @alike children that are called as the text says; -1 for none. */
static int find_sibling(const struct document *document, int parent,
			const struct text *element, uint64_t alike)
{
	size_t n = strcspn(element->s + 1, " \t\r\n/>");
	int found = -1, child = document_child(document, parent, NULL);

	for (; child >= 0 && alike > 0; child = document_next(document, child, NULL)) {
		if (!is_step(document->elements.v[child].node, element->s + 1, n))
			continue;
		found = child;
		alike--;
	}
	return found;
}

/* Before the first child of its name, or as the last child. */
static int last_before(const struct document *document, int parent,
		       const struct text *element)
{
	int before = -1, child = document_child(document, parent, NULL);

	for (; child >= 0; child = document_next(document, child, NULL)) {
		if (find_sibling(document, parent, element, 1) == child)
			return before;
		before = child;
	}
	return before;
}

static void put_into_empty(const struct document *document, int parent,
			   const struct text *element, struct span *span,
			   struct text *ret)
{
	const struct document_element *it = &document->elements.v[parent];
	_cleanup_free_ char *gap = style_child_gap(document, parent, -1);
	_cleanup_free_ char *end =
		gap_has_line(gap) ? style_gap(document, parent) : xstrdup("");
	const char *name = document->text.s + it->start_tag.start + 1;

	*span = it->self_closing ? (struct span){it->start_tag.end - 2, it->start_tag.end}
				 : it->content;
	text_printf(ret, "%s%s", it->self_closing ? ">" : "", gap);
	text_add(ret, element->s, element->n);
	text_adds(ret, end);
	if (it->self_closing)
		text_printf(ret, "</%.*s>", (int)strcspn(name, " \t\r\n/>"), name);
}

/* Where it goes when its old place is not what it was. */
static void put_somewhere(const struct document *document, int parent,
			  const struct stash_place *place, const struct text *element,
			  struct span *span, struct text *ret)
{
	int sibling = find_sibling(document, parent, element, place->alike);
	_cleanup_free_ char *gap = NULL;
	size_t at;

	if (sibling < 0)
		sibling = last_before(document, parent, element);
	if (document_child(document, parent, NULL) < 0) {
		put_into_empty(document, parent, element, span, ret);
		return;
	}
	gap = style_child_gap(document, parent, sibling);
	at = sibling >= 0 ? document_whole(document, sibling).end
			  : document->elements.v[parent].content.start;
	*span = (struct span){at, at};
	text_adds(ret, gap);
	text_add(ret, element->s, element->n);
}

/* The element that begins at or behind @at. */
static int number_at(const struct document *document, size_t at)
{
	size_t low = 0, high = document->elements.n;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (document->elements.v[middle].start_tag.start < at)
			low = middle + 1;
		else
			high = middle;
	}
	return (int)low;
}

int stash_put_back(struct stash_work *work, const struct stash_place *place,
		   const struct text *element, int *ret, struct error *error)
{
	const struct document *document = &work->document;
	int parent = stash_find_path(document, place->from);
	_cleanup_text_ struct text bytes = {};
	struct span span;
	size_t at;

	if (parent < 0)
		return error_input(
			error,
			"%s: %s, where it stood, is not there any more; bring that back first, or take the element out of <metadata> by hand",
			document->name, place->from);
	if (find_exact(document, parent, place, element, &at)) {
		span = (struct span){at, at};
		text_adds(&bytes, place->lead);
		text_add(&bytes, element->s, element->n);
		text_adds(&bytes, place->tail);
	} else {
		put_somewhere(document, parent, place, element, &span, &bytes);
	}
	at = span.start;
	if (stash_change(work, span, &bytes, error) < 0)
		return -1;
	*ret = number_at(&work->document, at);
	return 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Makes an element agree with a want: see edit_merge() in edit.h.
 */
#include "base/xml/xml-library.h"
#include "base/xml/edit.h"

#include "base/xml/span.h"
#include "base/xml/splice.h"
#include "base/xml/style.h"

/* A number that cannot be taken for octal. */
static bool plain_number(const char *string, uint64_t *ret)
{
	bool octal = string[0] == '0' && string[1] >= '0' && string[1] <= '9';

	return !octal && parse_u64(string, ret);
}

static bool same_value(const char *a, const char *b)
{
	uint64_t x, y;

	return streq(a, b) || (plain_number(a, &x) && plain_number(b, &y) && x == y);
}

static bool span_is(const struct document *document, struct span span, const char *string)
{
	size_t n = strlen(string);

	return span.end - span.start == n &&
	       memcmp(document->text.s + span.start, string, n) == 0;
}

/* The attribute called @name, including the prefix, or NULL. */
static const struct document_attribute *find_attribute(const struct document *document,
						       int element, const char *name)
{
	const struct document_element *it = &document->elements.v[element];

	for (size_t i = 0; i < it->n_attributes; i++) {
		const struct document_attribute *attribute =
			&document->attributes.v[it->first_attribute + i];

		if (span_is(document, attribute->name, name))
			return attribute;
	}
	return NULL;
}

/* The value of an attribute whose prefix is bound, or NULL. */
static const char *prefixed_value(const xmlNode *node, const char *name)
{
	const char *colon = strchr(name, ':');

	for (const struct tree_attribute *it = tree_attributes(node);
	     colon && it < tree_attributes_end(node); it++) {
		const char *prefix = it->ns ? (const char *)it->ns->prefix : NULL;

		if (prefix && strlen(prefix) == (size_t)(colon - name) &&
		    has_prefix(name, prefix) && streq(it->name, colon + 1))
			return it->value;
	}
	return NULL;
}

static bool has_value(const struct document *document, int element,
		      const struct document_attribute *attribute, const char *name,
		      const char *value)
{
	const char *now = document_attribute(document, element, name);

	if (!now)
		now = prefixed_value(document->elements.v[element].node, name);
	/* Otherwise it is xmlns, which the tree stores elsewhere. */
	return now ? same_value(now, value) : span_is(document, attribute->value, value);
}

/* After the last attribute, with the white space that precedes that one. */
static void add_attribute(struct edits *edits, int element,
			  const struct want_attribute *want)
{
	const struct document *document = edits->document;
	const struct document_element *it = &document->elements.v[element];
	size_t at = it->start_tag.start;
	_cleanup_text_ struct text text = {};

	if (it->n_attributes > 0) {
		const struct document_attribute *last =
			&document->attributes
				 .v[it->first_attribute + it->n_attributes - 1];

		text_add(&text, document->text.s + last->whole.start,
			 last->name.start - last->whole.start);
		at = last->whole.end;
	} else {
		text_addc(&text, ' ');
		at += strcspn(document->text.s + at, " \t\r\n/>");
	}
	text_add_attribute(&text, style_quote(document, element), want->name,
			   want->value);
	splice_insert(edits, at, text_take(&text));
}

static void merge_attribute(struct edits *edits, int element,
			    const struct want_attribute *want)
{
	const struct document_attribute *attribute =
		find_attribute(edits->document, element, want->name);
	_cleanup_text_ struct text text = {};

	if (!want->value) {
		if (attribute)
			splice_add(edits, attribute->whole, xstrdup(""));
		return;
	}
	if (!attribute) {
		add_attribute(edits, element, want);
		return;
	}
	if (has_value(edits->document, element, attribute, want->name, want->value))
		return;
	text_add_xml(&text, want->value);
	splice_add(edits, attribute->value, text_take(&text));
}

static struct span trim(const char *s, struct span span)
{
	while (span.start < span.end && strchr(" \t\r\n", s[span.start]))
		span.start++;
	while (span.end > span.start && strchr(" \t\r\n", s[span.end - 1]))
		span.end--;
	return span;
}

/*
 * The next piece of text directly in an element that is more than white space: a run of
 * characters, trimmed, or a CDATA section. Empty at the end. @at and @child are the
 * current position.
 */
static struct span next_piece(const struct document *document, size_t end, size_t *at,
			      int *child)
{
	const char *s = document->text.s;

	while (*at < end) {
		struct span piece = {*at, span_skip_aside(&document->text, *at)};

		if (s[*at] != '<') {
			piece.end = piece.start + strcspn(s + *at, "<");
			*at = piece.end;
			piece = trim(s, piece);
			if (piece.end > piece.start)
				return piece;
		} else if (piece.end > piece.start) {
			*at = piece.end;
			if (has_prefix(s + piece.start, "<![CDATA["))
				return piece;
		} else {
			*at = document_whole(document, *child).end;
			*child = document_next(document, *child, NULL);
		}
	}
	return (struct span){end, end};
}

static bool same_content(const struct document *document, int element,
			 const char *content)
{
	_cleanup_free_ char *now = document_content(document, element);
	struct span wanted = trim(content, (struct span){0, strlen(content)});

	return strlen(now) == wanted.end - wanted.start &&
	       has_prefix(content + wanted.start, now);
}

/*
 * The first piece of text becomes the content, the others are removed, everything else is
 * kept.
 */
static void merge_content(struct edits *edits, int element, const char *content)
{
	const struct document *document = edits->document;
	const struct document_element *it = &document->elements.v[element];
	int child = document_child(document, element, NULL);
	size_t at = it->content.start;
	_cleanup_text_ struct text text = {};
	struct span piece;

	if (same_content(document, element, content))
		return;
	text_add_content(&text, content);
	piece = next_piece(document, it->content.end, &at, &child);
	if (piece.end == piece.start) {
		splice_open(edits, element);
		splice_insert(edits, splice_inside(it), text_take(&text));
		splice_close(edits, element, splice_inside(it), "");
		return;
	}
	do {
		splice_add(edits, piece, text_take(&text));
		piece = next_piece(document, it->content.end, &at, &child);
	} while (piece.end > piece.start);
}

/* The namespace that an element without a prefix has inside @parent; NULL for none. */
static const char *default_space(const struct document *document, int parent)
{
	const xmlNs *ns =
		sym_xmlSearchNs(document->xml, document->elements.v[parent].node, NULL);

	return ns && ns->href && *ns->href ? (const char *)ns->href : NULL;
}

/* A want is named by namespace and local name, or, with a foreign prefix, as written. */
static bool is_wanted(const xmlNode *node, const struct want *want, const char *space)
{
	const char *colon = strchr(want->name, ':');
	const char *local = colon ? colon + 1 : want->name;
	const char *prefix = node->ns ? (const char *)node->ns->prefix : NULL;
	const char *href = node->ns ? (const char *)node->ns->href : NULL;

	if (colon && !want->space && !prefix)
		return streq((const char *)node->name, want->name);
	if (!streq((const char *)node->name, local))
		return false;
	if (colon && !want->space)
		return strlen(prefix) == (size_t)(colon - want->name) &&
		       has_prefix(want->name, prefix);
	return streq_null(href && *href ? href : NULL, want->space ? want->space : space);
}

/* Whether two wants refer to the same children of an element with this default
 * namespace. */
static bool same_call(const struct want *a, const struct want *b, const char *space)
{
	return streq(a->name, b->name) &&
	       streq_null(a->space ? a->space : space, b->space ? b->space : space);
}

/* The first child of @element from @child on that @want refers to, or -1. */
static int next_match(const struct document *document, int element, int child,
		      const struct want *want)
{
	const char *space = default_space(document, element);

	while (child >= 0 && !is_wanted(document->elements.v[child].node, want, space))
		child = document_next(document, child, NULL);
	return child;
}

/* Where edit_insert() puts a child before the first of a name. */
static int before_child(const struct document *document, int element, const char *name)
{
	int place = -2;

	for (int child = document_child(document, element, NULL); child >= 0;
	     child = document_next(document, child, NULL)) {
		if (streq(document_element_name(document, child), name))
			return place;
		place = child;
	}
	return -1;
}

/*
 * Makes the @n-th child that the want refers to agree with it; @n counts the earlier
 * wants.
 */
static void merge_child(struct edits *edits, int element, const struct want *want,
			size_t n)
{
	const struct document *document = edits->document;
	int child = document_child(document, element, NULL), last = -1;

	while ((child = next_match(document, element, child, want)) >= 0) {
		last = child;
		if (n > 0)
			n--;
		else if (want->absent)
			edit_remove(edits, child);
		else
			break;
		child = document_next(document, child, NULL);
	}
	if (child >= 0)
		edit_merge(edits, child, want);
	else if (!want->absent)
		edit_insert(edits, element,
			    last < 0 && want->before
				    ? before_child(document, element, want->before)
				    : last,
			    want);
}

void edit_merge(struct edits *edits, int element, const struct want *want)
{
	const char *space = default_space(edits->document, element);

	if (want->absent) {
		edit_remove(edits, element);
		return;
	}
	for (size_t i = 0; i < want->attributes.n; i++)
		merge_attribute(edits, element, &want->attributes.v[i]);
	if (want->content)
		merge_content(edits, element, want->content);
	for (size_t i = 0; i < want->children.n; i++) {
		size_t n = 0;

		for (size_t j = 0; j < i; j++)
			n += same_call(want->children.v[i], want->children.v[j], space);
		merge_child(edits, element, want->children.v[i], n);
	}
}

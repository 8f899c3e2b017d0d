/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * entry.c - the content of an entry of the stash, and which part of it moves with the
 * element.
 */
#include "planner/stash/parts.h"

#include "base/xml/style.h"
#include "base/xml/xml-library.h"

/*
 * Declares @ns unless @place has the declaration: declarations inside an element move
 * with it, those above it do not.
 */
static void add_space(struct text *text, xmlNode *element, const xmlNs *ns,
		      xmlNode *place)
{
	const xmlNs *above =
		element->parent->type == XML_ELEMENT_NODE
			? sym_xmlSearchNs(element->doc, element->parent, ns->prefix)
			: NULL;
	const xmlNs *there = sym_xmlSearchNs(place->doc, place, ns->prefix);
	_cleanup_free_ char *name =
		ns->prefix ? xasprintf("xmlns:%s", ns->prefix) : xstrdup("xmlns");
	_cleanup_free_ char *prefix = xasprintf(" %s=", name);

	if (above != ns ||
	    (there && streq((const char *)there->href, (const char *)ns->href)) ||
	    (text->n > 0 && strstr(text->s, prefix)))
		return;
	text_addc(text, ' ');
	text_add_attribute(text, '"', name, (const char *)ns->href);
}

static void add_spaces(struct text *text, const struct document *document, int element,
		       int place)
{
	struct document_element *v = document->elements.v;
	struct span whole = document_whole(document, element);

	for (size_t i = (size_t)element; i < document->elements.n; i++) {
		if (v[i].start_tag.start >= whole.end)
			break;
		if (v[i].node->ns)
			add_space(text, v[element].node, v[i].node->ns, v[place].node);
		for (const struct tree_attribute *it = tree_attributes(v[i].node);
		     it < tree_attributes_end(v[i].node); it++)
			if (it->ns && !streq_null((const char *)it->ns->prefix, "xml"))
				add_space(text, v[element].node, it->ns, v[place].node);
	}
}

static void add_named(struct text *text, char quote, const char *name, const char *value)
{
	text_addc(text, ' ');
	text_add_attribute(text, quote, name, value);
}

static void add_number(struct text *text, char quote, const char *name, uint64_t value)
{
	text_printf(text, " %s=%c%ju%c", name, quote, (uintmax_t)value, quote);
}

void stash_name_entry(struct text *text, const struct document *document, int element,
		      const char *name)
{
	add_spaces(text, document, element, 0);
	add_named(text, style_quote(document, 0), "name", name);
}

void stash_add_place(struct text *text, char quote, const struct stash_place *place)
{
	add_named(text, quote, "from", place->from);
	add_number(text, quote, "after", place->after);
	add_number(text, quote, "alike", place->alike);
	add_number(text, quote, "at", place->at_bytes);
	add_named(text, quote, "lead", place->lead);
	if (*place->tail)
		add_named(text, quote, "tail", place->tail);
	add_named(text, quote, "seal", place->seal);
}

static uint64_t number_in(const struct document *document, int element, const char *name)
{
	const char *value = document_attribute(document, element, name);
	uint64_t number = 0;

	return value && parse_u64(value, &number) ? number : 0;
}

static char *string_in(const struct document *document, int element, const char *name)
{
	const char *value = document_attribute(document, element, name);

	return xstrdup(value ? value : "");
}

void stash_read_place(const struct document *document, int entry, struct stash_place *ret)
{
	*ret = (struct stash_place){
		.from = string_in(document, entry, "from"),
		.lead = string_in(document, entry, "lead"),
		.tail = string_in(document, entry, "tail"),
		.seal = string_in(document, entry, "seal"),
		.after = number_in(document, entry, "after"),
		.alike = number_in(document, entry, "alike"),
		.at_bytes = number_in(document, entry, "at"),
	};
}

int stash_parked(const struct document *document, int entry, struct error *error)
{
	int child = document_child(document, entry, NULL);

	if (child >= 0 && document_next(document, child, NULL) < 0)
		return child;
	return error_input_at(
		error, document->name, document->elements.v[entry].line,
		"an entry of the stash does not contain exactly one element; it was modified, repair it by hand");
}

void stash_add_parked(struct text *text, const struct document *document, int element,
		      int place)
{
	struct span whole = document_whole(document, element);
	const char *s = document->text.s + whole.start;
	size_t n_name = strcspn(s, " \t\r\n/>");
	_cleanup_text_ struct text spaces = {};

	add_spaces(&spaces, document, element, place);
	text_add(text, s, n_name);
	text_add(text, spaces.s, spaces.n);
	text_add(text, s + n_name, whole.end - whole.start - n_name);
}

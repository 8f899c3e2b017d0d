/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any bytes: document_parse fails with a message, or the spans agree with the tree, and
 * applying no edits gives the input. To verify the spans, something is inserted into one
 * of them and the text is parsed again.
 */
#include "tests/fuzz/fuzz.h"

#include "base/xml/edit.h"
#include "base/xml/span.h"

#include <libxml/parser.h>

static struct span attribute_end(const struct document_attribute *attribute)
{
	return (struct span){attribute->value.end, attribute->whole.end};
}

static void check_attributes(const struct document *document, int element)
{
	const struct document_element *it = &document->elements.v[element];
	const char *s = document->text.s;
	size_t at = it->start_tag.start + 2;

	CHECK(it->first_attribute + it->n_attributes <= document->attributes.n);
	for (size_t i = 0; i < it->n_attributes; i++) {
		const struct document_attribute *attribute =
			&document->attributes.v[it->first_attribute + i];

		CHECK(attribute->whole.start >= at);
		CHECK(strchr(" \t\r\n", s[attribute->whole.start]));
		CHECK(attribute->name.start > attribute->whole.start);
		CHECK(attribute->name.end > attribute->name.start);
		CHECK(attribute->value.start > attribute->name.end + 1);
		CHECK(attribute->value.end >= attribute->value.start);
		CHECK(attribute_end(attribute).end == attribute->value.end + 1);
		CHECK(s[attribute->value.end] == s[attribute->value.start - 1]);
		CHECK(strchr("'\"", s[attribute->value.end]));
		CHECK(!memchr(s + attribute->value.start, s[attribute->value.end],
			      attribute->value.end - attribute->value.start));
		at = attribute->whole.end;
	}
	CHECK(at < it->start_tag.end);
}

static void check_element(const struct document *document, int element)
{
	const struct document_element *it = &document->elements.v[element];
	const char *s = document->text.s;
	struct span whole = document_whole(document, element),
		    outer = {0, document->text.n};

	if (it->parent >= 0)
		outer = document->elements.v[it->parent].content;
	CHECK(it->parent < element && (it->parent >= 0) == (element > 0));
	CHECK(whole.start >= outer.start && whole.end <= outer.end);
	CHECK(element + 1 == (int)document->elements.n ||
	      it[1].start_tag.start > whole.start);
	CHECK(s[whole.start] == '<' && s[whole.end - 1] == '>');
	CHECK(s[it->start_tag.end - 1] == '>');
	CHECK(it->content.start == it->start_tag.end);
	CHECK(it->content.end == it->end_tag.start);
	CHECK(it->self_closing ==
	      (s[it->start_tag.end - 2] == '/' && it->end_tag.start == it->end_tag.end));
	CHECK(it->self_closing || has_prefix(s + it->end_tag.start, "</"));
	CHECK(document_number(it->node) == element);
	CHECK(it->line >= 1 && it->column >= 1);
	check_attributes(document, element);
}

static int count_elements(const xmlNode *node)
{
	int count = 0;

	for (; node; node = node->next)
		if (node->type == XML_ELEMENT_NODE)
			count += 1 + count_elements(node->children);
	return count;
}

/* Parses the text with one span replaced, without the code under test. */
static xmlDoc *parse_with(const struct document *document, struct span span,
			  const char *replacement)
{
	_cleanup_text_ struct text text = {};

	text_add(&text, document->text.s, span.start);
	text_adds(&text, replacement);
	text_add(&text, document->text.s + span.end, document->text.n - span.end);
	return xmlReadMemory(text.s, (int)text.n, NULL, NULL,
			     XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
				     XML_PARSE_IGNORE_ENC);
}

/* The @number-th element of a foreign tree. */
static const xmlNode *nth(const xmlNode *node, int *number)
{
	for (; node; node = node->next) {
		const xmlNode *found;

		if (node->type != XML_ELEMENT_NODE)
			continue;
		if ((*number)-- == 0)
			return node;
		found = nth(node->children, number);
		if (found)
			return found;
	}
	return NULL;
}

static void replace_element(const struct document *document, int element)
{
	const xmlNode *node = document->elements.v[element].node;
	xmlDoc *xml = parse_with(document, document_whole(document, element),
				 "<put-here-by-fuzz/>");
	int number = element;
	const xmlNode *found;

	CHECK(xml);
	found = nth(xmlDocGetRootElement(xml), &number);
	CHECK(found && streq((const char *)found->name, "put-here-by-fuzz"));
	CHECK(count_elements(xmlDocGetRootElement(xml)) ==
	      (int)document->elements.n - count_elements(node->children));
	xmlFreeDoc(xml);
}

static void replace_content(const struct document *document, int element)
{
	int number = element;
	const xmlNode *found;
	xmlDoc *xml;

	if (document->elements.v[element].self_closing)
		return;
	xml = parse_with(document, document->elements.v[element].content, "put here");
	CHECK(xml);
	found = nth(xmlDocGetRootElement(xml), &number);
	CHECK(found && found->children && !found->children->next);
	CHECK(streq((const char *)found->children->content, "put here"));
	xmlFreeDoc(xml);
}

static void replace_attribute(const struct document *document, int element, size_t index)
{
	const struct document_attribute *attribute =
		&document->attributes
			 .v[document->elements.v[element].first_attribute + index];
	_cleanup_free_ char *name = xstrndup(document->text.s + attribute->name.start,
					     attribute->name.end - attribute->name.start);
	int number = element;
	const xmlNode *found;
	xmlDoc *xml;

	if (strchr(name, ':') || streq(name, "xmlns"))
		return; /* another value may clash with another declaration */
	xml = parse_with(document, attribute->value, "put here");
	CHECK(xml);
	found = nth(xmlDocGetRootElement(xml), &number);
	CHECK(found && found->properties);
	for (const xmlAttr *it = found->properties; it; it = it->next)
		if (!it->ns && streq((const char *)it->name, name)) {
			CHECK(streq((const char *)it->children->content, "put here"));
			xmlFreeDoc(xml);
			return;
		}
	CHECK(!"the attribute is there");
}

static void check_document(const struct document *document, struct choice *choice)
{
	_cleanup_error_ struct error error = {};
	_cleanup_text_ struct text text = {};
	struct edits none = {.document = document};
	int some = (int)choose(choice, document->elements.n);

	CHECK(document->elements.n > 0);
	for (size_t i = 0; i < document->elements.n; i++)
		check_element(document, (int)i);
	CHECK(count_elements(document->elements.v[0].node) == (int)document->elements.n);
	CHECK(edits_apply(&none, &text, &error) == 0);
	CHECK(text.n == document->text.n &&
	      memcmp(text.s, document->text.s, text.n) == 0);
	replace_element(document, some);
	replace_content(document, some);
	if (document->elements.v[some].n_attributes > 0)
		replace_attribute(document, some,
				  choose(choice,
					 document->elements.v[some].n_attributes));
}

/* A content span that swallows part of its end tag, beside a reference. */
static void spoil(struct document *document)
{
	for (size_t i = 1; i < document->elements.n; i++) {
		struct document_element *it = &document->elements.v[i];
		struct span tag = it->start_tag;

		if (!it->self_closing &&
		    memchr(document->text.s + tag.start, '&', tag.end - tag.start))
			it->content.end++;
	}
}

static void check_fault(const struct document *document, const struct error *error)
{
	const char *words;

	CHECK(error->message && *error->message);
	CHECK(error->status == STATUS_INPUT);
	CHECK(has_prefix(error->message, "fuzz:"));
	words = error->message + strcspn(error->message, " ");
	CHECK(!has_prefix(words, " the text and libxml2's reading"));
	CHECK(!document->xml && !document->text.s && !document->name);
}

/* Blanking, if any, changed only the blanked bytes. */
static bool blank(const uint8_t *data, size_t n)
{
	_cleanup_text_ struct text text = {};
	bool blanked;

	text_add(&text, (const char *)data, n);
	blanked = n > 0 && span_blank_content(&text, "a") > 0;
	CHECK(text.n == n);
	for (size_t i = 0; i < n; i++)
		CHECK(text.s[i] == (char)data[i] || (blanked && text.s[i] == ' '));
	return blanked;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	bool blanked = blank(data, n);
	_cleanup_document_ struct document document = {};
	_cleanup_error_ struct error error = {};
	struct choice choice = choice_begin(data, n);

	if (document_parse("fuzz", (const char *)data, n, &document, &error) < 0) {
		check_fault(&document, &error);
		return 0;
	}
	CHECK(!blanked); /* a document that can be read is within the limits */
	CHECK(document.text.n == n && (n == 0 || memcmp(document.text.s, data, n) == 0));
	if (IS_PLANTED)
		spoil(&document);
	check_document(&document, &choice);
	return 0;
}

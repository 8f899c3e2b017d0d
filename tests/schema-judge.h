/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * schema-judge.h - compares a RELAX NG schema with the reader that it describes, over
 * documents that were damaged in one place.
 */
#pragma once

#include "base/xml/document.h"
#include "base/error.h"
#include "base/mem.h"
#include "tests/dice.h"

#include <libxml/relaxng.h>

static void be_quiet(void *data, const char *format, ...)
{
	(void)data;
	(void)format;
}

static xmlRelaxNG *read_schema(const char *path)
{
	xmlRelaxNGParserCtxt *parser = xmlRelaxNGNewParserCtxt(path);
	xmlRelaxNG *schema = xmlRelaxNGParse(parser);

	assert_non_null(schema);
	xmlRelaxNGFreeParserCtxt(parser);
	return schema;
}

static bool schema_takes(xmlRelaxNG *schema, const struct document *document)
{
	xmlRelaxNGValidCtxt *context = xmlRelaxNGNewValidCtxt(schema);
	int rc;

	xmlRelaxNGSetValidErrors(context, be_quiet, be_quiet, NULL);
	rc = xmlRelaxNGValidateDoc(context, document->xml);
	xmlRelaxNGFreeValidCtxt(context);
	assert_true(rc >= 0);
	return rc == 0;
}

/* A copy of the text with the span replaced. */
static void replace(const struct text *text, struct span span, const char *by,
		    struct text *ret)
{
	text_add(ret, text->s, span.start);
	text_adds(ret, by);
	text_add(ret, text->s + span.end, text->n - span.end);
}

static char *span_text(const struct document *document, struct span span)
{
	return xstrndup(document->text.s + span.start, span.end - span.start);
}

/* Repeats the element; not the root, of which a document has only one. */
static void repeat(const struct document *document, int element, struct text *ret)
{
	struct span whole = document_whole(document, element);
	_cleanup_free_ char *once = span_text(document, whole);
	_cleanup_free_ char *twice = xasprintf("%s%s", once, element > 0 ? once : "");

	replace(&document->text, whole, twice, ret);
}

/* Damages one attribute or element that the dice choose. */
static void spoil(struct dice *dice, const struct document *document, struct text *ret)
{
	const struct document_attribute *attribute =
		&document->attributes.v[roll_below(dice, document->attributes.n)];
	const struct document_attribute *other =
		&document->attributes.v[roll_below(dice, document->attributes.n)];
	const struct document_element *element =
		&document->elements.v[roll_below(dice, document->elements.n)];
	_cleanup_free_ char *value = span_text(document, attribute->value);
	_cleanup_free_ char *others = span_text(document, other->value);
	_cleanup_free_ char *twice = xasprintf("%s%s", value, value);
	_cleanup_free_ char *tag = span_text(document, element->start_tag);
	_cleanup_free_ char *longer = xasprintf("%s%s", tag, tag);

	switch (roll_below(dice, 8)) {
	case 0:
		replace(&document->text, attribute->whole, "", ret);
		break;
	case 1:
		replace(&document->text, attribute->name, "colour", ret);
		break;
	case 2:
		replace(&document->text, attribute->value, twice, ret);
		break;
	case 3:
		replace(&document->text, attribute->value, others, ret);
		break;
	case 4:
		replace(&document->text, attribute->value, "", ret);
		break;
	case 5:
		replace(&document->text, element->start_tag,
			element->self_closing ? longer : "<node>", ret);
		break;
	case 6:
		repeat(document, (int)roll_below(dice, document->elements.n), ret);
		break;
	default:
		replace(&document->text, attribute->value, "-1", ret);
	}
}

static void parse(const struct text *text, struct document *ret)
{
	_cleanup_error_ struct error error = {};

	/* The validator reads libxml2's attributes. */
	ret->xpath = true;
	if (document_parse("test.xml", text->s, text->n, ret, &error) < 0)
		fail_msg("%s", error.message);
}

/* The result for a damaged document. */
enum verdict { BOTH_TAKE, BOTH_REFUSE, READER_REFUSES, SCHEMA_REFUSES, VERDICTS };

static enum verdict judge(xmlRelaxNG *schema, const struct document *document,
			  bool (*reader_takes)(const struct document *document))
{
	bool schema_ok = schema_takes(schema, document);
	bool reader_ok = reader_takes(document);

	if (schema_ok == reader_ok)
		return schema_ok ? BOTH_TAKE : BOTH_REFUSE;
	return schema_ok ? READER_REFUSES : SCHEMA_REFUSES;
}

/* Damages a copy of the text and counts the verdict, if it is still XML. */
static void judge_spoilt(xmlRelaxNG *schema, struct dice *dice, const struct text *text,
			 bool (*reader_takes)(const struct document *document),
			 size_t counts[VERDICTS])
{
	_cleanup_document_ struct document document = {};
	_cleanup_document_ struct document well_formed = {.xpath = true};
	_cleanup_text_ struct text spoilt = {};
	_cleanup_error_ struct error error = {};
	enum verdict verdict;

	parse(text, &document);
	if (document.attributes.n == 0)
		return;
	spoil(dice, &document, &spoilt);
	if (document_parse("test.xml", spoilt.s, spoilt.n, &well_formed, &error) < 0)
		return;
	verdict = judge(schema, &well_formed, reader_takes);
	counts[verdict]++;
	if (verdict == SCHEMA_REFUSES)
		fail_msg("the reader takes what the schema refuses:\n%s", spoilt.s);
}

static void print_verdicts(const size_t counts[VERDICTS])
{
	print_message("both take %zu, both refuse %zu, the reader alone refuses %zu\n",
		      counts[BOTH_TAKE], counts[BOTH_REFUSE], counts[READER_REFUSES]);
}

static int free_schema(void **state)
{
	xmlRelaxNGFree(*state);
	xmlCleanupParser();
	return 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * schemas/host.rng against the writer and the reader. Every random machine's record is
 * valid; a record with one thing spoilt (an attribute lost, renamed, given twice the
 * text or another one's; an element renamed or repeated) is refused by the reader
 * whenever the schema refuses it, and mostly the other way round: what the reader alone
 * refuses is what a schema cannot say, and the test names how often.
 */
#include "tests/unit/test.h"

#include "base/document.h"
#include "tests/random-machine.h"
#include "topology/record.h"

#include <libxml/relaxng.h>
#include <stdio.h>

static void be_quiet(void *data, const char *format, ...)
{
	(void)data;
	(void)format;
}

static xmlRelaxNG *read_schema(void)
{
	xmlRelaxNGParserCtxt *parser =
		xmlRelaxNGNewParserCtxt(SOURCE_DIR "/schemas/host.rng");
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

static bool reader_takes(const struct document *document)
{
	_cleanup_machine_ struct machine machine = {};
	_cleanup_error_ struct error error = {};

	return record_read(document, &machine, &error) == 0;
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

/* Spoils one attribute or element that the dice choose. */
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

	switch (roll_below(dice, 7)) {
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
	default:
		replace(&document->text, attribute->value, "-1", ret);
	}
}

static void parse(const struct text *text, struct document *ret)
{
	_cleanup_error_ struct error error = {};

	if (document_parse("host.xml", text->s, text->n, ret, &error) < 0)
		fail_msg("%s", error.message);
}

static void the_writer_follows_the_schema(void **state)
{
	xmlRelaxNG *schema = *state;

	for (uint64_t seed = 0; seed < 30; seed++) {
		_cleanup_machine_ struct machine machine = {};
		_cleanup_document_ struct document document = {};
		_cleanup_text_ struct text text = {};

		random_machine(seed, &machine);
		text_add_record(&text, &machine);
		parse(&text, &document);
		if (!schema_takes(schema, &document))
			fail_msg("seed %d: the schema refuses the record", (int)seed);
	}
}

/* What happened to a spoilt record. */
enum verdict { BOTH_TAKE, BOTH_REFUSE, READER_REFUSES, SCHEMA_REFUSES, VERDICTS };

static enum verdict judge(xmlRelaxNG *schema, const struct text *text)
{
	_cleanup_document_ struct document document = {};
	bool schema_ok, reader_ok;

	parse(text, &document);
	schema_ok = schema_takes(schema, &document);
	reader_ok = reader_takes(&document);
	if (schema_ok == reader_ok)
		return schema_ok ? BOTH_TAKE : BOTH_REFUSE;
	return schema_ok ? READER_REFUSES : SCHEMA_REFUSES;
}

static void the_reader_refuses_what_the_schema_does(void **state)
{
	size_t counts[VERDICTS] = {};
	struct dice dice = {1};

	for (uint64_t seed = 0; seed < 300; seed++) {
		_cleanup_machine_ struct machine machine = {};
		_cleanup_document_ struct document document = {};
		_cleanup_text_ struct text text = {}, spoilt = {};
		_cleanup_error_ struct error error = {};
		_cleanup_document_ struct document well_formed = {};
		enum verdict verdict;

		random_machine(seed, &machine);
		text_add_record(&text, &machine);
		parse(&text, &document);
		spoil(&dice, &document, &spoilt);
		if (document_parse("host.xml", spoilt.s, spoilt.n, &well_formed, &error) <
		    0)
			continue;
		verdict = judge(*state, &spoilt);
		counts[verdict]++;
		if (verdict == SCHEMA_REFUSES)
			fail_msg("seed %d: the reader takes what the schema refuses:\n%s",
				 (int)seed, spoilt.s);
	}
	print_message("both take %zu, both refuse %zu, the reader alone refuses %zu\n",
		      counts[BOTH_TAKE], counts[BOTH_REFUSE], counts[READER_REFUSES]);
	assert_true(counts[BOTH_REFUSE] > 60 && counts[BOTH_TAKE] > 10);
	assert_true(counts[READER_REFUSES] < counts[BOTH_REFUSE] / 4);
}

static int begin(void **state)
{
	*state = read_schema();
	return 0;
}

static int end(void **state)
{
	xmlRelaxNGFree(*state);
	xmlCleanupParser();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_writer_follows_the_schema),
		cmocka_unit_test(the_reader_refuses_what_the_schema_does),
	};

	return cmocka_run_group_tests(tests, begin, end);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/test.h"

#include "base/xml/document.h"
#include "base/file.h"

#include <stdio.h>
#include <unistd.h>

static void parse(const char *text, struct document *document)
{
	_cleanup_error_ struct error error = {};

	if (document_parse("f.xml", text, strlen(text), document, &error) < 0)
		fail_msg("%s", error.message);
}

static char *cut(const struct document *document, struct span span)
{
	return xstrndup(document->text.s + span.start, span.end - span.start);
}

static void assert_span(const struct document *document, struct span span,
			const char *expected)
{
	_cleanup_free_ char *found = cut(document, span);

	assert_string_equal(found, expected);
}

static void spans(void **state)
{
	_cleanup_document_ struct document document = {};
	const struct document_element *b;

	(void)state;
	parse("<?xml version='1.0'?>\r\n<!-- <no> -->\r\n<a x = \"1>2\"\r\n\ty='&lt;'>"
	      "<![CDATA[<no>]]><b\tz='\"' />t<?p <no> ?><c ></c\n></a>\n",
	      &document);
	assert_int_equal(document.elements.n, 3);
	assert_int_equal(document.attributes.n, 3);
	assert_span(&document, document.elements.v[0].start_tag,
		    "<a x = \"1>2\"\r\n\ty='&lt;'>");
	assert_span(&document, document.elements.v[0].end_tag, "</a>");
	assert_span(&document, document.attributes.v[0].whole, " x = \"1>2\"");
	assert_span(&document, document.attributes.v[0].name, "x");
	assert_span(&document, document.attributes.v[0].value, "1>2");
	assert_span(&document, document.attributes.v[1].whole, "\r\n\ty='&lt;'");
	b = &document.elements.v[1];
	assert_true(b->self_closing);
	assert_span(&document, b->start_tag, "<b\tz='\"' />");
	assert_span(&document, b->content, "");
	assert_int_equal(b->parent, 0);
	assert_int_equal(b->line, 4);
	assert_int_equal(b->column, 27);
	assert_int_equal(b->first_attribute, 2);
	assert_span(&document, document.elements.v[2].end_tag, "</c\n>");
	assert_false(document.elements.v[2].self_closing);
	assert_string_equal(document_attribute(&document, 0, "y"), "<");
	assert_null(document_attribute(&document, 0, "z"));
}

static void mark_and_columns(void **state)
{
	_cleanup_document_ struct document document = {};

	(void)state;
	parse("\xef\xbb\xbf<a>\xc3\xa9<b/></a>", &document);
	assert_int_equal(document.elements.v[0].column, 1);
	assert_int_equal(document.elements.v[1].column, 5);
	assert_int_equal(document.text.n, 16);
}

static void namespaces(void **state)
{
	_cleanup_document_ struct document document = {};

	(void)state;
	parse("<a xmlns:q='u' xmlns:r='u' q:x='1' x='2'><q:b/><b/><r:b "
	      "xmlns='v'><b/></r:b>"
	      "<undeclared:b undeclared:y='1'/></a>",
	      &document);
	assert_string_equal(document_attribute(&document, 0, "x"), "2");
	assert_int_equal(document_child(&document, 0, "b"), 2);
	assert_int_equal(document_next(&document, 2, "b"), -1);
	assert_int_equal(document_next(&document, 2, NULL), 3);
	assert_int_equal(document_child(&document, 3, "b"), -1);
}

/* Names that no one should use, but that libxml2 and libvirt ignore. */
static void odd_names(void **state)
{
	static const char *const rows[] = {
		"<q:a xmlns:='1' x=''/>",
		"<a:b:c d:e:f='1'/>",
		"<:a :b='1' c:='2'/>",
		"<a xmlns:xml='http://www.w3.org/XML/1998/namespace' xmlns:q='' x='1'/>",
		"<a xmlns='u' xmlns:q='u' q:x='1' x='2'/>",
		"<xmlns:a xmlns:xmlns='u' xmlns:x='' xml:lang='en'/>",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_document_ struct document document = {};

		parse(rows[i], &document);
		assert_int_equal(document.elements.n, 1);
	}
}

static void looking(void **state)
{
	_cleanup_document_ struct document document = {};
	_cleanup_free_ char *content = NULL, *path = NULL, *only = NULL;

	(void)state;
	parse("<d><n> \n<!-- x -->4<![CDATA[1&]]>&#50;&amp;\t</n><m><c/><e/><c/><c "
	      "p=''/></m>"
	      "</d>",
	      &document);
	content = document_content(&document, 1);
	assert_string_equal(content, "41&2&");
	assert_int_equal(document_find(&document, -1, "d/m/c"), 3);
	assert_int_equal(document_find(&document, 0, "m/c"), 3);
	assert_int_equal(document_find(&document, 0, "m/x"), -1);
	assert_int_equal(document_find(&document, 0, "m/c/x"), -1);
	assert_int_equal(document_next(&document, 5, "c"), 6);
	assert_int_equal(document_number(document.elements.v[6].node), 6);
	assert_int_equal(document_number(NULL), -1);
	assert_int_equal(document_number(document.elements.v[1].node->children), -1);
	assert_string_equal(document_element_name(&document, 6), "c");
	assert_string_equal(document_attribute(&document, 6, "p"), "");
	path = document_path(&document, 6);
	assert_string_equal(path, "/d/m/c[3]");
	only = document_path(&document, 4);
	assert_string_equal(only, "/d/m/e");
}

/* An unbound prefix is part of the name, as in the text. */
static void paths(void **state)
{
	static const char *const expected[] = {
		"/d",     "/d/p:c[1]", "/d/c",      "/d/p:c[2]",
		"/d/q:c", "/d/p:cc",   "/d/p:c[3]", "/d/p:c[3]/c",
	};
	_cleanup_document_ struct document document = {};

	(void)state;
	parse("<d><p:c/><c/><p:c xmlns:p='u'/><q:c xmlns:q='u'/><p:cc/><p:c><c/></p:c></d>",
	      &document);
	assert_int_equal(document.elements.n, ARRAY_SIZE(expected));
	for (int i = 0; i < (int)document.elements.n; i++) {
		_cleanup_free_ char *path = document_path(&document, i);

		assert_string_equal(path, expected[i]);
	}
}

static void many_attributes(void **state)
{
	_cleanup_document_ struct document document = {};
	_cleanup_error_ struct error error = {};
	_cleanup_text_ struct text text = {};

	(void)state;
	text_adds(&text, "<a b='=&gt;==' ");
	for (int i = 0; i < 999; i++)
		text_printf(&text, "a%d='>' ", i);
	text_adds(&text, "/>");
	assert_int_equal(document_parse("f", text.s, text.n, &document, &error), 0);
	document_free(&document);
	text.n -= 2;
	text_adds(&text, "\nc=''/>");
	assert_int_equal(document_parse("f", text.s, text.n, &document, &error), -1);
	assert_string_equal(error.message,
			    "f:1: an element has more than 1000 attributes, the limit");
}

static void faults(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		const char *message;
	} rows[] = {
#define ROW(bytes, message) {bytes, sizeof(bytes) - 1, message}
		ROW("", "f: contains no XML element"),
		ROW(" \n<!-- x -->", "f: contains no XML element"),
		ROW("<a>\n<b></a>", "f:2: not well-formed XML: Opening and ending tag "
				    "mismatch: b line 2 and "
				    "a"),
		ROW("<a>\n\n&x;</a>", "f:3: not well-formed XML: Entity 'x' not defined"),
		ROW("<a>\n\xff</a>",
		    "f:2: byte 0xff is not UTF-8; convert the file with iconv"),
		ROW("<a>\n\0</a>", "f:2: byte 0x00 is not allowed in XML"),
		ROW("<?xml version='1.0' encoding='UTF-16'?><a/>",
		    "f:1: the encoding is 'UTF-16', but only UTF-8 is supported; convert the file with iconv, and write UTF-8 there"),
		ROW("<?xml version='1.0'?>\n<!-- <a> -->\n<!DOCTYPE a [<!ENTITY b "
		    "'c'>]><a/>",
		    "f:3: a DOCTYPE is not supported, because it can define entities; remove it"),
		ROW("<a x='1' x='2'/>",
		    "f:1: not well-formed XML: Attribute x redefined"),
		ROW("<a/><b/>",
		    "f:1: not well-formed XML: Extra content at the end of the document"),
		ROW("\xff\xfe<\0a\0/\0>\0",
		    "f:1: byte 0xff is not UTF-8; convert the file with iconv"),
#undef ROW
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_error_ struct error error = {};
		struct document document = {};

		assert_int_equal(document_parse("f", rows[i].bytes, rows[i].n, &document,
						&error),
				 -1);
		assert_string_equal(error.message, rows[i].message);
		assert_int_equal(error.status, STATUS_INPUT);
		assert_null(document.xml);
		assert_null(document.text.s);
	}
}

static void encodings(void **state)
{
	static const char *const rows[] = {
		"<?xml version='1.0' encoding='UTF-8'?><a/>",
		"<?xml version=\"1.0\" encoding = \"utf-8\" standalone='yes'?><a/>",
		"<?xml version='1.0' encoding='US-ASCII'?><a/>",
		"<?xml version='1.0'?><?xml-x encoding='UTF-16'?><a/>",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_document_ struct document document = {};

		parse(rows[i], &document);
		assert_int_equal(document.elements.n, 1);
	}
}

static void add_nested(struct text *text, int depth)
{
	for (int i = 0; i < depth; i++)
		text_adds(text, "<a>\n");
	for (int i = 0; i < depth; i++)
		text_adds(text, "</a>");
}

static void depth(void **state)
{
	static const struct {
		int depth;
		bool good;
	} rows[] = {{256, true}, {257, false}, {258, false}, {100000, false}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_text_ struct text text = {};
		_cleanup_document_ struct document document = {};
		_cleanup_error_ struct error error = {};
		int answer;

		add_nested(&text, rows[i].depth);
		answer = document_parse("f", text.s, text.n, &document, &error);
		assert_int_equal(answer == 0, rows[i].good);
		if (answer < 0)
			assert_non_null(strstr(error.message, "deeper than 256"));
	}
}

/* libxml2's own line field stops at 65,535. */
static void many_lines(void **state)
{
	_cleanup_document_ struct document document = {};
	_cleanup_text_ struct text text = {};

	(void)state;
	text_adds(&text, "<a>");
	for (int i = 0; i < 70000; i++)
		text_addc(&text, '\n');
	text_adds(&text, "<b/></a>");
	parse(text.s, &document);
	assert_int_equal(document.elements.v[1].line, 70001);
}

/* The line of what document_read_without() blanks; -1 after an error. */
static long read_without(const char *text, struct document *ret, struct error *error)
{
	char path[] = "/tmp/virt-layout-document.XXXXXX";
	_cleanup_fd_ int fd = mkstemp(path);
	int rc;

	assert_int_equal(file_write_fd(fd, path, text, strlen(text), error), 0);
	rc = document_read_without(path, "metadata", ret, error);
	unlink(path);
	return rc < 0 ? -1 : ret->blanked_line;
}

static void without(void **state)
{
	static const struct {
		const char *before, *after;
		int depth;    /* of what is in <metadata> */
		long blanked; /* -1: an error */
	} rows[] = {
		{"<a>\n<metadata>", "</metadata></a>", 10, 0},
		{"<a>\n<metadata>", "</metadata></a>", 254, 0},
		{"<a>\n<metadata>", "</metadata></a>", 255, 2},
		{"<a>\n<metadata>", "</metadata><b></a>", 255, -1},
		{"<a>\n<other>", "</other></a>", 255, -1},
		{"<a>\n<metadata>", "</metadata><b></a>", 10, -1},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_text_ struct text text = {};
		_cleanup_document_ struct document document = {};
		_cleanup_error_ struct error error = {};
		long blanked;

		text_adds(&text, rows[i].before);
		add_nested(&text, rows[i].depth);
		text_adds(&text, rows[i].after);
		blanked = read_without(text.s, &document, &error);
		assert_int_equal(blanked, rows[i].blanked);
		assert_int_equal(error.status, blanked < 0 ? STATUS_INPUT : STATUS_OK);
		if (blanked < 0)
			assert_null(document.name);
		else
			assert_int_equal(document.elements.n,
					 2 + (blanked ? 0 : rows[i].depth));
	}
}

static void columns(void **state)
{
	_cleanup_document_ struct document ascii = {}, wide = {};

	(void)state;
	parse("<a>\n  xy <b/>\r\n<c/></a>", &ascii);
	parse("<a>\n  \xc3\xa9\xe2\x82\xac <b/>\r\n<c/></a>", &wide);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(ascii.elements.v[i].column, i == 1 ? 6 : 1);
		assert_int_equal(wide.elements.v[i].column, ascii.elements.v[i].column);
		assert_int_equal(wide.elements.v[i].line, i + 1);
	}
}

static void reading(void **state)
{
	_cleanup_document_ struct document document = {};
	_cleanup_error_ struct error error = {};
	char path[] = "/tmp/virt-layout-document.XXXXXX";
	_cleanup_fd_ int fd = mkstemp(path);

	(void)state;
	assert_int_equal(file_write_fd(fd, path, "<a/>", 4, &error), 0);
	assert_int_equal(document_read(path, &document, &error), 0);
	assert_string_equal(document.name, path);
	unlink(path);
	document_free(&document);
	assert_int_equal(document_read(path, &document, &error), -1);
	assert_non_null(strstr(error.message, "no such file"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spans),           cmocka_unit_test(mark_and_columns),
		cmocka_unit_test(namespaces),      cmocka_unit_test(odd_names),
		cmocka_unit_test(looking),         cmocka_unit_test(paths),
		cmocka_unit_test(many_attributes), cmocka_unit_test(faults),
		cmocka_unit_test(encodings),       cmocka_unit_test(depth),
		cmocka_unit_test(many_lines),      cmocka_unit_test(reading),
		cmocka_unit_test(without),         cmocka_unit_test(columns),
	};

	return RUN_TESTS(tests);
}

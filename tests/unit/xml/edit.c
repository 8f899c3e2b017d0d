/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/test.h"

#include "base/xml/edit.h"

/* A document and its pending edits. */
struct bench {
	struct document document;
	struct edits edits;
};

static void bench_begin(struct bench *bench, const char *text)
{
	_cleanup_error_ struct error error = {};

	*bench = (struct bench){};
	if (document_parse("f.xml", text, strlen(text), &bench->document, &error) < 0)
		fail_msg("%s", error.message);
	bench->edits.document = &bench->document;
}

static void bench_end(struct bench *bench, const char *expected)
{
	_cleanup_error_ struct error error = {};
	_cleanup_text_ struct text text = {};

	if (edits_apply(&bench->edits, &text, &error) < 0)
		fail_msg("%s", error.message);
	assert_string_equal(text.s, expected);
	edits_free(&bench->edits);
	document_free(&bench->document);
}

/* The want in XML: attributes and children; "-" is NULL, <_absent_x/> an absent x. */
static struct want *want_from(const xmlNode *node)
{
	bool absent = has_prefix((const char *)node->name, "_absent_");
	struct want *want = want_new((const char *)node->name + (absent ? 8 : 0));

	want->absent = absent;
	for (const struct tree_attribute *it = tree_attributes(node);
	     it < tree_attributes_end(node); it++) {
		const char *name = it->name, *value = it->value;

		if (streq(name, "_space"))
			want->space = value;
		else if (streq(name, "_content"))
			want_content(want, "%s", value);
		else if (streq(value, "-"))
			want_unset(want, name);
		else
			want_set(want, name, "%s", value);
	}
	for (const xmlNode *it = node->children; it; it = it->next)
		if (it->type == XML_ELEMENT_NODE)
			*vec_add(&want->children) = want_from(it);
	return want;
}

static void merge(const char *text, const char *wanted, const char *expected)
{
	_cleanup_document_ struct document wants = {};
	_cleanup_error_ struct error error = {};
	struct bench bench;
	struct want *want;

	if (document_parse("want", wanted, strlen(wanted), &wants, &error) < 0)
		fail_msg("%s", error.message);
	want = want_from(wants.elements.v[0].node);
	bench_begin(&bench, text);
	edit_merge(&bench.edits, 0, want);
	bench_end(&bench, expected);

	bench_begin(&bench, expected); /* a second time nothing is left to do */
	edit_merge(&bench.edits, 0, want);
	assert_int_equal(bench.edits.list.n, 0);
	bench_end(&bench, expected);
	want_free(want);
}

static void merges(void **state)
{
	static const struct {
		const char *text, *want, *expected;
	} rows[] = {
		/* attributes */
		{"<a x='1'/>", "<a x='2'/>", "<a x='2'/>"},
		{"<a x = \"1\" />", "<a x='2' y='3'/>", "<a x = \"2\" y=\"3\" />"},
		{"<a/>", "<a y='3' z='4'/>", "<a y='3' z='4'/>"},
		{"<a\n   x='1'\n   y='2'>t</a>", "<a z='3'/>",
		 "<a\n   x='1'\n   y='2'\n   z='3'>t</a>"},
		{"<a x='1' y='2' z='3'/>", "<a y='-'/>", "<a x='1' z='3'/>"},
		{"<a x='1'/>", "<a x='-' y='2'/>", "<a y='2'/>"},
		{"<a x='0x1f' y='31' z='0x001F'/>", "<a x='31' y='0x1f' z='0x1f'/>",
		 "<a x='0x1f' y='31' z='0x001F'/>"},
		{"<a x='010' y='0'/>", "<a x='10' y='0x0000'/>", "<a x='10' y='0'/>"},
		{"<a x='&lt;&quot;'/>", "<a x='&lt;&quot;'/>", "<a x='&lt;&quot;'/>"},
		{"<a x=\"1\"/>", "<a x='&lt;&quot;&apos;'/>",
		 "<a x=\"&lt;&quot;&apos;\"/>"},
		{"<a q:x='1'/>", "<a q:x='1'/>", "<a q:x='1'/>"},
		{"<a xmlns:q='u' q:x='1' x='2'/>", "<a x='3'/>",
		 "<a xmlns:q='u' q:x='1' x='3'/>"},
		/* children */
		{"<a/>", "<a><b/></a>", "<a><b/></a>"},
		{"<a x='1' />", "<a y='2'><b/><c/></a>", "<a x='1' y='2'><b/><c/></a>"},
		{"<a></a>", "<a><b/></a>", "<a><b/></a>"},
		{"<a><c/></a>", "<a><b x='1'><d/></b></a>",
		 "<a><c/><b x='1'><d/></b></a>"},
		{"<a>\n</a>", "<a><b/></a>", "<a>\n  <b/>\n</a>"},
		{"<a/>\n", "<a><b><c/></b></a>", "<a>\n  <b>\n    <c/>\n  </b>\n</a>\n"},
		{"<a>\r\n\t<b/>\r\n</a>\r\n", "<a><b><c><d/></c></b></a>",
		 "<a>\r\n\t<b>\r\n\t\t<c>\r\n\t\t\t<d/>\r\n\t\t</c>\r\n\t</b>\r\n</"
		 "a>\r\n"},
		{"<a>\n   <b/> <!-- of b -->\n   <c/>\n</a>", "<a><b/><b/><d/></a>",
		 "<a>\n   <b/> <!-- of b -->\n   <b/>\n   <c/>\n   <d/>\n</a>"},
		{"<a>\n  <b/>\n  <!-- last -->\n</a>", "<a><c/></a>",
		 "<a>\n  <b/>\n  <!-- last -->\n  <c/>\n</a>"},
		{"<a>\n  <b x='1'/>\n  <b x='2'/>\n</a>",
		 "<a><b/><b x='3'/><b x='4'/></a>",
		 "<a>\n  <b x='1'/>\n  <b x='3'/>\n  <b x='4'/>\n</a>"},
		{"<a>\n  <b/>\n  <b/>\n <b/>\n</a>", "<a><b/><_absent_b/></a>",
		 "<a>\n  <b/>\n</a>"},
		{"<a>\n  <b/>\t\n  <c/>\n</a>", "<a><_absent_b/><_absent_d/></a>",
		 "<a>\n  <c/>\n</a>"},
		{"<a><b/><c/></a>", "<a><_absent_b/></a>", "<a><c/></a>"},
		{"<a>\n <b><c/></b>\n</a>", "<a><b><_absent_c/><d/></b><e/></a>",
		 "<a>\n <b><d/></b>\n <e/>\n</a>"},
		{"<a><b>\n\t<c/>\n</b></a>", "<a><b><c><d/></c></b></a>",
		 "<a><b>\n\t<c>\n\t\t<d/>\n\t</c>\n</b></a>"},
		/* content */
		{"<a>\n <b>4</b>\n</a>", "<a><b _content='5&lt;'/></a>",
		 "<a>\n <b>5&lt;</b>\n</a>"},
		{"<a><b>\n  4\n</b></a>", "<a><b _content='4'/></a>",
		 "<a><b>\n  4\n</b></a>"},
		{"<a><b> <!-- 4<x/> --> 4 <![CDATA[5]]> <?p 6?></b></a>",
		 "<a><b _content='7'/></a>", "<a><b> <!-- 4<x/> --> 7  <?p 6?></b></a>"},
		{"<a><b x='1'/></a>", "<a><b _content='7'/></a>",
		 "<a><b x='1'>7</b></a>"},
		{"<a><b></b><b><c>1</c></b></a>",
		 "<a><b _content='7'/><b _content='8'/></a>",
		 "<a><b>7</b><b>8<c>1</c></b></a>"},
		{"<a>\n  <b/>\n</a>", "<a><b _content='7'><c/></b></a>",
		 "<a>\n  <b>7\n    <c/>\n  </b>\n</a>"},
		{"<a>010</a>", "<a _content='10'/>", "<a>10</a>"},
		/* namespaces */
		{"<a>\n  <b/>\n</a>", "<a><b _space='u' x='1'><c/></b></a>",
		 "<a>\n  <b/>\n  <b xmlns='u' x='1'>\n    <c/>\n  </b>\n</a>"},
		{"<a xmlns:v='u'>\n  <v:b/>\n  <b xmlns='u'/>\n</a>",
		 "<a><b _space='u' x='1'/></a>",
		 "<a xmlns:v='u'>\n  <v:b x='1'/>\n  <b xmlns='u'/>\n</a>"},
		{"<a xmlns='u'><b/></a>", "<a><b x='1'/></a>",
		 "<a xmlns='u'><b x='1'/></a>"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		merge(rows[i].text, rows[i].want, rows[i].expected);
}

static void prefixed(void **state)
{
	struct want *want = want_new("a");
	struct want *child = want_child(want, "v:plan");
	struct bench bench;

	(void)state;
	child->space = "urn:v";
	want_set(child, "v:x", "%d", 1);
	bench_begin(&bench, "<a/>");
	edit_merge(&bench.edits, 0, want);
	bench_end(&bench, "<a><v:plan xmlns:v='urn:v' v:x='1'/></a>");
	bench_begin(&bench, "<a><w:plan xmlns:w='urn:v' xmlns:v='urn:v' v:x='0x1'/></a>");
	edit_merge(&bench.edits, 0, want);
	assert_int_equal(bench.edits.list.n, 0);
	edits_free(&bench.edits);
	document_free(&bench.document);
	want_free(want);
}

/* Inserts <n1/>, <n2/> .. at the given anchors (element numbers, -1, -2). */
static void insert_at(const char *text, const int *anchors, size_t n,
		      const char *expected)
{
	static const char *const names[] = {"n1", "n2", "n3", "n4"};
	struct bench bench;

	bench_begin(&bench, text);
	for (size_t i = 0; i < n; i++) {
		struct want *want = want_new(names[i]);

		want_set(want, "i", "%zu", i);
		edit_insert(&bench.edits, 0, anchors[i], want);
		want_free(want);
	}
	bench_end(&bench, expected);
}

static void inserts(void **state)
{
	(void)state;
#define INSERT(text, expected, ...)                                                      \
	insert_at(text, (const int[]){__VA_ARGS__},                                      \
		  ARRAY_SIZE(((const int[]){__VA_ARGS__})), expected)
	INSERT("<a><b/><c/></a>", "<a><b/><n1 i='0'/><n2 i='1'/><c/><n3 i='2'/></a>", 1,
	       1, -1);
	INSERT("<a><b/></a>", "<a><n1 i='0'/><n2 i='1'/><b/></a>", -2, -2);
	INSERT("<a>\n\n    <b i=\"9\"/>\n\n    <c/>\n</a>",
	       "<a>\n    <n2 i=\"1\"/>\n\n    <b i=\"9\"/>\n    <n1 i=\"0\"/>\n\n    "
	       "<c/>\n    "
	       "<n3 i=\"2\"/>\n</a>",
	       1, -2, -1);
	INSERT("<a> <!-- head -->\n <b>\n </b> <!-- x --><!-- y --> \n</a>",
	       "<a> <!-- head -->\n <n2 i='1'/>\n <b>\n </b> <!-- x --><!-- y -->\n <n1 "
	       "i='0'/> \n</a>",
	       1, -2);
	INSERT("<a>\n <b/> <!-- x --> <c/>\n</a>",
	       "<a>\n <b/>\n <n1 i='0'/> <!-- x --> <c/>\n</a>", 1);
	INSERT("<a> <b/> </a>", "<a> <b/> <n1 i='0'/> </a>", -1);
#undef INSERT
}

static void one_place(void **state)
{
	struct bench bench;
	struct want *kid = want_new("kid"), *next = want_new("next");

	(void)state;
	/*
	 * A removal, children of a self-closing element and siblings, all side by side.
	 */
	bench_begin(&bench, "<a>\n  <b/>\n  <c/>\n</a>\n");
	edit_insert(&bench.edits, 0, 1, next);
	edit_insert(&bench.edits, 1, -1, kid);
	edit_insert(&bench.edits, 0, 2, next);
	edit_insert(&bench.edits, 1, -2, kid);
	edit_remove(&bench.edits, 2);
	bench_end(&bench, "<a>\n  <b>\n    <kid/>\n    <kid/>\n  </b>\n  <next/>\n  "
			  "<next/>\n</a>\n");
	want_free(kid);
	want_free(next);
}

static void bytes_stay(void **state)
{
	static const char text[] =
		"\xef\xbb\xbf<?xml  version='1.0'?>\r\n<!--c--><a  x = '1'\t>"
		"<![CDATA[<]]>&#x41;<b\n/></a >\r\n\r\n";
	struct bench bench;

	(void)state;
	bench_begin(&bench, text);
	bench_end(&bench, text);
}

static void collisions(void **state)
{
	_cleanup_error_ struct error error = {};
	_cleanup_text_ struct text text = {};
	struct bench bench;

	(void)state;
	bench_begin(&bench, "<a>\n<b>\n<c x='1'/></b></a>");
	edit_remove(&bench.edits, 1);
	edit_replace(&bench.edits, document_whole(&bench.document, 2), "<d/>");
	assert_int_equal(edits_apply(&bench.edits, &text, &error), -1);
	assert_string_equal(error.message, "after editing: f.xml: line 3 would be edited "
					   "twice, which is a bug; please report it");
	edits_free(&bench.edits);
	edit_replace(&bench.edits, document_whole(&bench.document, 2), "<d>");
	assert_int_equal(edits_apply(&bench.edits, &text, &error), -1);
	assert_non_null(strstr(error.message, "f.xml:3: not well-formed"));
	assert_int_equal(text.n, 0);
	edits_free(&bench.edits);
	document_free(&bench.document);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(merges),     cmocka_unit_test(prefixed),
		cmocka_unit_test(inserts),    cmocka_unit_test(one_place),
		cmocka_unit_test(bytes_stay), cmocka_unit_test(collisions),
	};

	return RUN_TESTS(tests);
}

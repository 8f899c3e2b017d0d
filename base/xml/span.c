/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Theory of operation. libxml2 has found the text well-formed, and there is no DOCTYPE,
 * so there are no entities but the five of XML: every '<' outside comments, CDATA
 * sections and processing instructions is a tag (XML 1.0, productions 14, 15, 16, 18, 40,
 * 42), and inside a tag every quote opens or closes a value (production 10). The scan
 * reads the bytes once and, in parallel, follows the tree's elements in order. It
 * compares every name, counts every attribute, and stops with an error as soon as the two
 * disagree, so that no edit is ever made at a guessed position.
 */
#include "base/xml/xml-library.h"
#include "base/xml/span.h"

#include "base/utf8.h"

#include <string.h>

struct scan {
	struct document *document;
	const char *s;
	size_t n, at;
	xmlNode *expected; /* the element that the next start tag must be */
	int open, depth;   /* innermost open element, -1; how many are open */
	size_t counted;    /* line and column are those of this byte */
	int line, column;
	bool ascii; /* each byte is a character */
};

size_t span_mark_bytes(const struct text *text)
{
	return text->n >= 3 && memcmp(text->s, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

long span_line(const struct text *text, size_t at)
{
	long line = 1;

	for (size_t i = 0; i < at && i < text->n; i++)
		line += text->s[i] == '\n';
	return line;
}

static bool is_space(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

static bool starts(const char *s, size_t n, size_t at, const char *word)
{
	size_t length = strlen(word);

	return n - at >= length && memcmp(s + at, word, length) == 0;
}

/* After the next @word at or after @at; the end of the text if there is none. */
static size_t skip_past(const char *s, size_t n, size_t at, const char *word)
{
	size_t length = strlen(word);
	const char *found = at < n ? memmem(s + at, n - at, word, length) : NULL;

	return found ? (size_t)(found - s) + length : n;
}

/* a="" */
#define LEAST_ATTRIBUTE_BYTES 4

/* Markup that is not a tag, and how it ends. */
static const struct {
	const char *open, *close;
} asides[] = {
	{"<!--", "-->"},
	{"<![CDATA[", "]]>"},
	{"<?", "?>"},
};

size_t span_skip_aside(const struct text *text, size_t at)
{
	/* Most markup is a tag. */
	if (text->n - at < 2 || (text->s[at + 1] != '!' && text->s[at + 1] != '?'))
		return at;
	for (size_t i = 0; i < ARRAY_SIZE(asides); i++)
		if (starts(text->s, text->n, at, asides[i].open))
			return skip_past(text->s, text->n, at + strlen(asides[i].open),
					 asides[i].close);
	return at;
}

size_t span_skip_prolog(const struct text *text, size_t at)
{
	size_t before;

	do {
		before = at;
		while (at < text->n && is_space(text->s[at]))
			at++;
		at = span_skip_aside(text, at);
	} while (at > before);
	return at;
}

size_t span_skip_tag(const struct text *text, size_t *at)
{
	size_t count = 0;

	while (*at < text->n && text->s[*at] != '>') {
		char byte = text->s[(*at)++];
		const char *close;

		count += byte == '=';
		if (byte != '"' && byte != '\'')
			continue;
		close = memchr(text->s + *at, byte, text->n - *at);
		*at = close ? (size_t)(close + 1 - text->s) : text->n;
	}
	return count;
}

/*
 * Whether a '<' comes so late after another that there is room for too many attributes.
 * There is no '<' inside a well-formed tag, and libxml2 stops at the first one.
 */
static bool has_long_gap(const struct text *text)
{
	const char *at = text->s, *end = text->s + text->n;

	while (at < end) {
		const char *less = memchr(at, '<', (size_t)(end - at));

		if (!less)
			less = end;
		if (less - at >= ATTRIBUTE_LIMIT * LEAST_ATTRIBUTE_BYTES)
			return true;
		at = less + 1;
	}
	return false;
}

size_t span_find_crowded(const struct text *text)
{
	size_t at = 0;

	if (!has_long_gap(text))
		return text->n;

	for (;;) {
		const char *less = memchr(text->s + at, '<', text->n - at);
		size_t tag = less ? (size_t)(less - text->s) : text->n;

		if (tag >= text->n)
			return text->n;
		at = span_skip_aside(text, tag);
		if (at == tag && span_skip_tag(text, &at) > ATTRIBUTE_LIMIT)
			return tag;
	}
}

static int disagree(const struct scan *scan, struct error *error)
{
	return error_input_at(
		error, scan->document->name, span_line(&scan->document->text, scan->at),
		"virt-layout and libxml2 read this place differently, which is a bug in virt-layout; please report it");
}

/* Lines end with LF or CRLF; columns count characters, not bytes. */
static void count_to(struct scan *scan, size_t at)
{
	const char *end;

	while ((end = memchr(scan->s + scan->counted, '\n', at - scan->counted))) {
		scan->counted = (size_t)(end - scan->s) + 1;
		scan->line++;
		scan->column = 1;
	}
	if (scan->ascii) {
		scan->column += (int)(at - scan->counted);
		scan->counted = at;
		return;
	}
	for (; scan->counted < at; scan->counted++)
		scan->column += ((unsigned char)scan->s[scan->counted] & 0xc0) != 0x80;
}

static void skip_space(struct scan *scan)
{
	while (scan->at < scan->n && is_space(scan->s[scan->at]))
		scan->at++;
}

/* A character that cannot be part of a name; text has no NUL. */
static const bool ends_name[256] = {
	[' '] = true, ['\t'] = true, ['\r'] = true, ['\n'] = true,
	['/'] = true, ['>'] = true,  ['='] = true,  ['<'] = true,
	['"'] = true, ['\''] = true, [0] = true,
};

static struct span take_name(struct scan *scan)
{
	struct span name = {scan->at, scan->at};

	while (name.end < scan->n && !ends_name[(unsigned char)scan->s[name.end]])
		name.end++;
	scan->at = name.end;
	return name;
}

/* A bound prefix is in @ns; an unbound one is part of the local name. */
static bool same_name(const struct scan *scan, struct span name, const xmlNs *ns,
		      const char *local)
{
	const char *s = scan->s + name.start;
	size_t n = name.end - name.start;

	if (ns && ns->prefix) {
		size_t prefix = strlen((const char *)ns->prefix);

		if (n <= prefix || memcmp(s, ns->prefix, prefix) != 0 || s[prefix] != ':')
			return false;
		s += prefix + 1;
		n -= prefix + 1;
	}
	return strncmp(s, local, n) == 0 && local[n] == '\0';
}

/* Takes the name @local, most often the one that comes; false: another or a longer one.
 */
static bool take_local(struct scan *scan, const char *local, struct span *ret)
{
	const char *s = scan->s + scan->at;
	size_t n = 0;

	/* The text ends with a NUL, which is not part of a name. */
	while (local[n] && s[n] == local[n])
		n++;
	if (local[n] || !ends_name[(unsigned char)s[n]])
		return false;
	*ret = (struct span){scan->at, scan->at + n};
	scan->at += n;
	return true;
}

/* The name that comes, and whether it is the expected one. */
static bool take_expected(struct scan *scan, const xmlNs *ns, const char *local,
			  struct span *ret)
{
	if (!ns && take_local(scan, local, ret))
		return true;
	*ret = take_name(scan);
	return same_name(scan, *ret, ns, local);
}

/* Such attributes are not among the element's properties. */
static bool declares_namespace(const struct scan *scan, struct span name)
{
	size_t n = name.end - name.start;

	return starts(scan->s, name.end, name.start, "xmlns") &&
	       (n == 5 || scan->s[name.start + 5] == ':');
}

/* From the white space before an attribute through its closing quote. */
static bool take_attribute(struct scan *scan, size_t start,
			   const struct tree_attribute **expected,
			   const struct tree_attribute *end)
{
	struct document_attribute found = {.whole.start = start};
	const struct tree_attribute *next = *expected;
	const char *close;
	bool same = false;
	char quote;

	if (next < end)
		same = take_expected(scan, next->ns, next->name, &found.name);
	else
		found.name = take_name(scan);
	skip_space(scan);
	if (scan->at >= scan->n || scan->s[scan->at++] != '=')
		return false;
	skip_space(scan);
	quote = scan->at < scan->n ? scan->s[scan->at++] : '\0';
	if (quote != '"' && quote != '\'')
		return false;
	close = memchr(scan->s + scan->at, quote, scan->n - scan->at);
	if (!close)
		return false;
	found.value = (struct span){scan->at, (size_t)(close - scan->s)};
	found.whole.end = scan->at = found.value.end + 1;
	*vec_add(&scan->document->attributes) = found;
	if (!same)
		return declares_namespace(scan, found.name);
	*expected = next + 1;
	return next->value != NULL;
}

static bool take_attributes(struct scan *scan, struct document_element *element)
{
	const struct tree_attribute *expected = tree_attributes(element->node);
	const struct tree_attribute *end = tree_attributes_end(element->node);

	element->first_attribute = scan->document->attributes.n;
	for (;;) {
		size_t start = scan->at;

		skip_space(scan);
		if (scan->at >= scan->n)
			return false;
		if (scan->s[scan->at] == '/' || scan->s[scan->at] == '>')
			break;
		if (!take_attribute(scan, start, &expected, end))
			return false;
	}
	element->n_attributes = scan->document->attributes.n - element->first_attribute;
	return expected == end;
}

/* @node or the first of its later siblings that is an element. */
static xmlNode *first_element(xmlNode *node)
{
	while (node && node->type != XML_ELEMENT_NODE)
		node = node->next;
	return node;
}

static bool take_start_tag(struct scan *scan)
{
	int number = (int)scan->document->elements.n;
	struct document_element *element;
	size_t start = scan->at;
	struct span name;

	if (!scan->expected)
		return false;
	count_to(scan, start);
	element = vec_add(&scan->document->elements);
	*element = (struct document_element){
		.node = scan->expected,
		.parent = scan->open,
		.line = scan->line,
		.column = scan->column,
	};
	scan->at++;
	if (!take_expected(scan, element->node->ns, (const char *)element->node->name,
			   &name) ||
	    !take_attributes(scan, element))
		return false;
	element->self_closing = scan->s[scan->at] == '/';
	scan->at += element->self_closing;
	if (scan->at >= scan->n || scan->s[scan->at++] != '>')
		return false;
	element->start_tag = (struct span){start, scan->at};
	element->content = element->end_tag = (struct span){scan->at, scan->at};
	tree_element(element->node)->number = number;
	if (element->self_closing) {
		scan->expected = first_element(element->node->next);
		return !element->node->children;
	}
	scan->expected = first_element(element->node->children);
	scan->open = number;
	scan->depth++;
	return true;
}

static bool take_end_tag(struct scan *scan)
{
	struct document_element *element;
	size_t start = scan->at;
	struct span name;

	if (scan->open < 0 || scan->expected)
		return false;
	element = &scan->document->elements.v[scan->open];
	scan->at += 2;
	if (!take_expected(scan, element->node->ns, (const char *)element->node->name,
			   &name))
		return false;
	skip_space(scan);
	if (scan->at >= scan->n || scan->s[scan->at++] != '>')
		return false;
	element->content.end = start;
	element->end_tag = (struct span){start, scan->at};
	scan->expected = first_element(element->node->next);
	scan->open = element->parent;
	scan->depth--;
	return true;
}

/* What begins at '<'. */
static int take_markup(struct scan *scan, struct error *error)
{
	size_t aside = span_skip_aside(&scan->document->text, scan->at);
	size_t start = scan->at;

	if (aside > scan->at) {
		scan->at = aside;
		return 0;
	}
	if (scan->at + 1 < scan->n && scan->s[scan->at + 1] == '/'
		    ? take_end_tag(scan)
		    : take_start_tag(scan)) {
		if (scan->depth <= ELEMENT_DEPTH_LIMIT)
			return 0;
		return error_input_at(error, scan->document->name, scan->line,
				      "elements are nested deeper than %d, the limit",
				      ELEMENT_DEPTH_LIMIT);
	}
	scan->at = start;
	return disagree(scan, error);
}

static bool is_ascii(const struct text *text)
{
	return utf8_skip_ascii(text->s, text->n) == text->n;
}

int span_scan(struct document *document, struct error *error)
{
	size_t mark = span_mark_bytes(&document->text);
	struct scan scan = {
		.document = document,
		.s = document->text.s,
		.n = document->text.n,
		.at = mark,
		.counted = mark,
		.expected = sym_xmlDocGetRootElement(document->xml),
		.open = -1,
		.line = 1,
		.column = 1,
		.ascii = is_ascii(&document->text),
	};

	/* Typical domains have an element in 45 bytes or more, and an attribute in 22. */
	vec_reserve(&document->elements, scan.n / 40);
	vec_reserve(&document->attributes, scan.n / 20);
	for (;;) {
		const char *less = memchr(scan.s + scan.at, '<', scan.n - scan.at);

		if (!less)
			break;
		scan.at = (size_t)(less - scan.s);
		if (take_markup(&scan, error) < 0)
			return -1;
	}
	scan.at = scan.n;
	return scan.expected || scan.open >= 0 ? disagree(&scan, error) : 0;
}

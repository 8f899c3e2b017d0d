/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Parking or bringing back many elements at once gives the same bytes as one after the
 * other, for random domains: repeated names, prefixes, text and comments between
 * elements, with and without lines, parts that were parked before, and changes in
 * between.
 */
#include "tests/dice.h"
#include "tests/unit/test.h"

#include "planner/stash/stash.h"

#define N_DOMAINS   150
#define DEPTH_LIMIT 5
#define N_ELEMENTS  40

struct maker {
	struct dice dice;
	struct text text;
	const char *newline, *step;
	unsigned n_names, n_made, mess; /* of 100 gaps, how many are unusual */
};

static void add_gap(struct maker *maker, unsigned depth)
{
	static const char *const odd[] = {
		"",           " ",       "  ",      "\n",     " \n  ",
		"<!-- > -->", " ",       " ",       "&amp;",  "<![CDATA[<]]>",
		"\t ",        "\r\n   ", "<?p x?>", "\n\n\n",
	};

	if (roll_small(&maker->dice, 100) < maker->mess) {
		text_adds(&maker->text, odd[roll_small(&maker->dice, ARRAY_SIZE(odd))]);
		if (roll_small(&maker->dice, 2))
			return;
	}
	text_adds(&maker->text, maker->newline);
	while (depth-- > 0)
		text_adds(&maker->text, maker->step);
}

static void add_element(struct maker *maker, unsigned depth)
{
	static const char *const names[] = {"a", "b", "p:a", "q:a", "stash", "metadata"};
	const char *name = names[roll_small(&maker->dice, maker->n_names)];
	unsigned n = depth < DEPTH_LIMIT ? roll_small(&maker->dice, 5) : 0;

	add_gap(maker, depth);
	text_printf(&maker->text, "<%s", name);
	if (roll_small(&maker->dice, 20) == 0)
		text_adds(&maker->text, " xmlns:p=\"urn:other\"");
	if (roll_small(&maker->dice, 10) != 0)
		text_printf(&maker->text, " i='%u'%s", maker->n_made++,
			    roll_small(&maker->dice, 2) ? " s=\"\"" : "");
	if (n == 0 && roll_small(&maker->dice, 2)) {
		text_adds(&maker->text, "/>");
		return;
	}
	text_adds(&maker->text, ">");
	while (n-- > 0 && maker->n_made < N_ELEMENTS)
		add_element(maker, depth + 1);
	add_gap(maker, depth);
	text_printf(&maker->text, "</%s>", name);
}

static char *make_domain(struct dice *dice)
{
	static const char *const newlines[] = {"\n", "\n", "\r\n", ""};
	static const char *const steps[] = {"  ", "\t", "", " "};
	static const char *const metadata[] = {
		"", "<metadata/>",
		"<metadata> <a i='l' s=\"\"/><b i='m' s=\"\"/>\n</metadata>"};
	struct maker maker = {
		.dice = *dice,
		.newline = newlines[roll_small(dice, ARRAY_SIZE(newlines))],
		.step = steps[roll_small(dice, ARRAY_SIZE(steps))],
		.n_names = 1 + roll_small(dice, 6),
		.mess = roll_small(dice, 4) * 20,
	};

	text_printf(&maker.text, "<domain%s>",
		    maker.n_names > 2 ? " xmlns:p='urn:p' xmlns:q='urn:q'" : "");
	text_adds(&maker.text, metadata[roll_small(&maker.dice, ARRAY_SIZE(metadata))]);
	while (maker.n_made < N_ELEMENTS / 2)
		add_element(&maker, 1);
	text_printf(&maker.text, "%s</domain>", maker.newline);
	*dice = maker.dice;
	return text_take(&maker.text);
}

static void parse(const char *string, struct document *ret)
{
	_cleanup_error_ struct error error = {};

	if (document_parse("f.xml", string, strlen(string), ret, &error) < 0)
		fail_msg("%s\n%s", error.message, string);
}

/* The domain after one call, or NULL if it fails. The caller frees it. */
static char *parked(const char *string, const char *xpath, const char *name,
		    size_t *ret_n)
{
	_cleanup_document_ struct document document = {};
	_cleanup_error_ struct error error = {};

	parse(string, &document);
	if (stash_elements(&document, xpath, name, ret_n, &error) < 0)
		return NULL;
	return text_take(&document.text);
}

/* With the error in place of the domain. */
static char *brought(const char *string, const char *name)
{
	_cleanup_document_ struct document document = {};
	_cleanup_error_ struct error error = {};

	parse(string, &document);
	if (unstash(&document, &name, name ? 1 : 0, &error) < 0)
		return xstrdup(error.message);
	return text_take(&document.text);
}

/* A parked element. The caller frees both strings. */
struct parked {
	char *name, *id;
};

static void parked_free(struct parked *parked)
{
	free(parked->name);
	free(parked->id);
}

/* The first one that is not a text; false: there is none, or @string is not a domain. */
static bool top_of(const char *string, struct parked *ret)
{
	_cleanup_document_ struct document document = {};
	_cleanup_stash_list_ struct stash_list items = {};

	if (*string != '<')
		return false;
	parse(string, &document);
	stash_items(&document, &items);
	for (size_t k = 0; k < items.list.n; k++) {
		const struct stash_item *item = &items.list.v[k];
		int child = document_child(&document, item->element, NULL);
		const char *id;

		if (item->is_text || child < 0)
			continue;
		id = document_attribute(&document, child, "i");
		*ret = (struct parked){xstrdup(item->name), xstrdup(id)};
		return true;
	}
	return false;
}

static void swap(char **string, char *by)
{
	free(*string);
	*string = by;
}

static bool is_parked(const struct document *document, int element)
{
	while (element >= 0) {
		const xmlNs *ns = document->elements.v[element].node->ns;

		if (ns && streq((const char *)ns->href, STASH_NAMESPACE))
			return true;
		element = document->elements.v[element].parent;
	}
	return false;
}

/*
 * Parks the elements with a mark, only the outermost ones, one after the other from the
 * end.
 */
static char *park_each(const char *string, const char *name)
{
	_cleanup_document_ struct document document = {};
	VEC(const char *) ids = {};
	char *now = xstrdup(string);
	size_t end = 0, n;

	parse(string, &document);
	for (size_t i = 1; i < document.elements.n; i++) {
		struct span whole = document_whole(&document, (int)i);

		if (!document_attribute(&document, (int)i, "s") || whole.start < end ||
		    is_parked(&document, (int)i))
			continue;
		end = whole.end;
		*vec_add(&ids) = document_attribute(&document, (int)i, "i");
	}
	for (size_t k = ids.n; k-- > 0;) {
		_cleanup_free_ char *xpath = xasprintf("//*[@i='%s']", ids.v[k]);
		_cleanup_free_ char *called =
			k == 0 ? xstrdup(name) : xasprintf("%s-%zu", name, k + 1);

		swap(&now, parked(now, xpath, called, &n));
		assert_non_null(now);
	}
	vec_free(&ids);
	return now;
}

static char *bring_each(const char *string)
{
	struct parked top;
	char *now = xstrdup(string);

	while (top_of(now, &top)) {
		swap(&now, brought(now, top.name));
		parked_free(&top);
	}
	return now;
}

/*
 * The result of bringing back the element called @wanted: those above it are parked
 * again. NULL: one of them cannot be parked.
 */
static char *reach_each(const char *string, const char *wanted)
{
	VEC(struct parked) aboves = {};
	struct parked top;
	char *now = xstrdup(string);
	size_t n;

	while (top_of(now, &top)) {
		*vec_add(&aboves) = top;
		swap(&now, brought(now, top.name));
		if (streq(top.name, wanted))
			break;
	}
	for (size_t k = aboves.n; k-- > 0; parked_free(&aboves.v[k])) {
		const struct parked *it = &aboves.v[k];
		_cleanup_free_ char *xpath = NULL;

		if (!now || k + 1 == aboves.n)
			continue;
		xpath = xasprintf("//*[@i='%s']", it->id ? it->id : "none");
		swap(&now, *now == '<' ? parked(now, xpath, it->name, &n) : NULL);
	}
	vec_free(&aboves);
	return now;
}

static void assert_same(const char *together, const char *each, const char *domain)
{
	if (!streq(together, each))
		fail_msg("of\n%s\ntogether:\n%s\neach:\n%s\n", domain, together, each);
}

/* Adds an element or a line end somewhere, if the result is a document. */
static char *edited(struct dice *dice, const char *string)
{
	_cleanup_document_ struct document document = {};
	_cleanup_error_ struct error error = {};
	static const char *const by[] = {"<a/>", "\n", "<b i='b'/>", "<!-- -->"};
	size_t n = strlen(string);
	const char *at = string + roll_small(dice, (unsigned)n);
	struct text text = {};

	at = strchr(at, '>');
	if (!at || !at[1])
		return xstrdup(string);
	text_add(&text, string, (size_t)(at + 1 - string));
	text_adds(&text, by[roll_small(dice, ARRAY_SIZE(by))]);
	text_adds(&text, at + 1);
	if (document_parse("f.xml", text.s, text.n, &document, &error) == 0)
		return text_take(&text);
	text_free(&text);
	return xstrdup(string);
}

/* Marks some unmarked elements; <domain> cannot be parked. */
static char *mark_rest(struct dice *dice, const char *string)
{
	size_t first = strcspn(string, ">");
	struct text text = {};

	text_add(&text, string, first);
	for (string += first; *string; string++) {
		text_addc(&text, *string);
		if (*string == '\'' && string[1 + (string[1] == '/')] == '>' &&
		    roll_small(dice, 2))
			text_adds(&text, " s=\"\"");
	}
	return text_take(&text);
}

/* Parks the marked ones. */
static char *park_both(const char *domain, const char *name, size_t *ret_n)
{
	char *together = parked(domain, "//*[@s]", name, ret_n);
	_cleanup_free_ char *each = together ? park_each(domain, name) : NULL;

	if (together)
		assert_same(together, each, domain);
	return together;
}

struct counts {
	size_t parked, reached, faults, edited;
};

static void bring_both(struct dice *dice, const char *stashed, struct counts *counts)
{
	_cleanup_free_ char *wanted = xasprintf("x-%u", 2 + roll_small(dice, 20));
	_cleanup_free_ char *reached = brought(stashed, wanted);
	_cleanup_free_ char *changed = edited(dice, stashed);
	const char *const both[] = {stashed, changed};

	if (*reached == '<') {
		_cleanup_free_ char *each = reach_each(stashed, wanted);

		if (each) {
			assert_same(reached, each, stashed);
			counts->reached++;
		}
	}
	for (size_t i = 0; i < ARRAY_SIZE(both); i++) {
		_cleanup_free_ char *together = brought(both[i], NULL);
		_cleanup_free_ char *each = bring_each(both[i]);

		assert_same(together, each, both[i]);
		counts->faults += *each != '<';
		counts->edited += i == 1 && *each == '<';
	}
}

static void judge(struct dice *dice, const char *domain, struct counts *counts)
{
	size_t n = 0;
	_cleanup_free_ char *once = park_both(domain, "x", &n);
	_cleanup_free_ char *twice = NULL, *back = NULL, *marked = NULL;

	if (!once)
		return;
	counts->parked += n;
	back = brought(once, NULL);
	assert_same(back, domain, once);
	bring_both(dice, once, counts);
	/* Again, with marks on the remaining elements. */
	marked = mark_rest(dice, once);
	twice = park_both(marked, "y", &n);
	if (twice)
		bring_both(dice, twice, counts);
}

static void together(void **state)
{
	struct dice dice = {1};
	struct counts counts = {};

	(void)state;
	for (size_t i = 0; i < N_DOMAINS; i++) {
		_cleanup_free_ char *domain = make_domain(&dice);

		judge(&dice, domain, &counts);
	}
	print_message("%zu elements; %zu reached, %zu brought back after a change, %zu "
		      "faults\n",
		      counts.parked, counts.reached, counts.edited, counts.faults);
	assert_true(counts.parked > 500);
	assert_true(counts.reached > 30);
	assert_true(counts.edited > 100);
}

/* Cases that are rare among random domains. */
static void by_hand(void **state)
{
	static const char *const domains[] = {
		/* the next goes into the tail of the last */
		"<domain>\n <a i='1' s=\"\"/> <a i='2' s=\"\"/>  \n</domain>",
		"<domain>\n <a i='1' s=\"\"/> <a i='2' s=\"\"/> \t<a i='3' s=\"\"/> \n"
		"</domain>",
		/* a path's position counts the one that was just brought back */
		"<domain><a i='1' s=\"\"/><a><b i='2' s=\"\"/></a>"
		"<a><b i='3' s=\"\"/></a></domain>",
		"<domain><a><b i='1' s=\"\"/></a><a i='2' s=\"\"/>"
		"<a><b i='3' s=\"\"/></a></domain>",
		/* the white space of entries comes from a parked element */
		"<domain t='1'>\n <n/>\n <b i='0' s=\"\"/>\n <metadata>\n  <a i='1' s=\"\"/>\n\t<c/>\n </metadata>\n <b i='3' s=\"\"/>\n <b i='4' s=\"\"/>\n</domain>",
		"<domain t='1'>\n<a i='0' s=\"\"/>\n   <b i='1' s=\"\"/>\n <metadata>\n<c/></metadata>\n <b i='3' s=\"\"/>\n <b i='4' s=\"\"/>\n</domain>",
		/* and so does the quote */
		"<domain><a><c i=\"1\" s=\"\"/><c i='2'/></a><metadata><d/></metadata><b i='5' s=\"\"/><b i='6' s=\"\"/></domain>",
	};
	struct dice dice = {2};
	struct counts counts = {};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(domains); i++) {
		size_t before = counts.parked;

		judge(&dice, domains[i], &counts);
		assert_true(counts.parked > before);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(together),
		cmocka_unit_test(by_hand),
	};

	return RUN_TESTS(tests);
}

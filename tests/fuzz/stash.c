/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any domain whose elements are parked one after the other: bringing them back restores
 * the old bytes, even if one from the middle is brought back first. A hand-written stash
 * is rejected or accepted, and the result can be parsed.
 */
#include "tests/fuzz/fuzz.h"

#include "planner/stash/stash.h"

static bool same(const struct text *a, const struct text *b)
{
	return a->n == b->n && memcmp(a->s, b->s, a->n) == 0;
}

static size_t n_parked(const struct document *document)
{
	_cleanup_stash_list_ struct stash_list items = {};

	stash_items(document, &items);
	return items.list.n;
}

/* One element of the document that may be parked. */
static void park_one(struct document *document, struct choice *choice)
{
	_cleanup_error_ struct error error = {};
	_cleanup_free_ char *xpath =
		xasprintf("(//*)[%zu]", choose(choice, document->elements.n) + 1);
	size_t n = 0, before = document->text.n;

	if (stash_elements(document, xpath, choose(choice, 3) ? NULL : "name", &n,
			   &error) < 0) {
		CHECK(document->text.n == before);
		return;
	}
	CHECK(n == 1);
}

static void park_text(struct document *document, struct choice *choice,
		      const struct text *bytes)
{
	_cleanup_error_ struct error error = {};
	_cleanup_free_ char *name = xasprintf("text-%zu", choose(choice, 100));

	(void)!stash_text(document, name, bytes, &error);
}

static void take_text(struct document *document, const char *name,
		      const struct text *expected)
{
	_cleanup_error_ struct error error = {};
	_cleanup_free_ char *copy = xstrdup(name);
	_cleanup_text_ struct text text = {};

	CHECK(unstash_text(document, copy, &text, &error) == 0);
	CHECK(same(&text, expected));
}

/* Brings back one that is not the last, or removes a text. */
static void bring_one(struct document *document, struct choice *choice,
		      const struct text *bytes)
{
	_cleanup_stash_list_ struct stash_list items = {};
	_cleanup_error_ struct error error = {};
	_cleanup_free_ char *name = NULL;
	const struct stash_item *item;

	stash_items(document, &items);
	if (items.list.n == 0)
		return;
	item = &items.list.v[choose(choice, items.list.n)];
	if (item->is_text) {
		take_text(document, item->name, bytes);
		return;
	}
	name = xstrdup(item->name);
	/* An element whose former parent is parked too cannot come first. */
	(void)!unstash(document, (const char *const[]){name}, 1, &error);
}

static void bring_all(struct document *document, const struct text *bytes)
{
	_cleanup_error_ struct error error = {};

	for (;;) {
		_cleanup_stash_list_ struct stash_list items = {};
		const struct stash_item *text = NULL;

		stash_items(document, &items);
		for (size_t i = 0; i < items.list.n; i++)
			if (items.list.v[i].is_text)
				text = &items.list.v[i];
		if (!text)
			break;
		take_text(document, text->name, bytes);
	}
	if (n_parked(document) > 0 && unstash(document, NULL, 0, &error) < 0) {
		fprintf(stderr, "%s\n", error.message);
		CHECK(false);
	}
}

static void there_and_back(struct document *document, struct choice *choice)
{
	_cleanup_text_ struct text before = {}, bytes = {};
	size_t start = choose(choice, document->text.n);

	text_add(&before, document->text.s, document->text.n);
	text_add(&bytes, before.s + start, choose(choice, before.n - start + 1));
	for (size_t i = choose(choice, 6) + 1; i > 0; i--) {
		if (choose(choice, 8) == 0)
			park_text(document, choice, &bytes);
		else
			park_one(document, choice);
	}
	for (size_t i = choose(choice, 3); i > 0; i--)
		bring_one(document, choice, &bytes);
	if (IS_PLANTED && n_parked(document) == 3)
		before.s[before.n / 2] ^= 1;
	bring_all(document, &bytes);
	if (!same(&document->text, &before))
		fprintf(stderr, "before:\n%s\nafter:\n%s\n", before.s, document->text.s);
	CHECK(same(&document->text, &before));
}

static void whatever_is_there(struct document *document, struct choice *choice)
{
	_cleanup_error_ struct error error = {};
	_cleanup_text_ struct text text = {};

	if (choose(choice, 2))
		park_one(document, choice);
	if (choose(choice, 4) == 0) {
		_cleanup_stash_list_ struct stash_list items = {};
		_cleanup_free_ char *name = NULL;

		stash_items(document, &items);
		if (items.list.n > 0) {
			name = xstrdup(items.list.v[0].name);
			(void)!unstash_text(document, name, &text, &error);
			error_clear(&error);
		}
	}
	(void)!unstash(document, NULL, 0, &error);
	CHECK(document->elements.n > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	_cleanup_document_ struct document document = {};
	_cleanup_error_ struct error error = {};
	struct choice choice = choice_begin(data, n);

	if (document_parse("fuzz", (const char *)data, n, &document, &error) < 0)
		return 0;
	if (strstr(document.text.s, STASH_NAMESPACE))
		whatever_is_there(&document, &choice);
	else
		there_and_back(&document, &choice);
	return 0;
}

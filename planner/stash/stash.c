/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Theory of operation. The stash is a stack. Parking copies an element into the stash and
 * then cuts it out; bringing back is the same two backwards, and each is the exact
 * inverse of the other, so the last one that was parked always finds the document as it
 * left it. Places are told in a document that has the stash, made for this very element
 * or not. One further down is reached by bringing back those above it, and parking them
 * again. Elements that are meanwhile followed through the document keep their numbers in
 * stash_work.tracked.
 */
#include "planner/stash/stash.h"

#include "planner/stash/parts.h"

#include "base/xml/style.h"

/*
 * A declaration of @ns unless @place knows it: when the element is moved there, what is
 * declared in it goes along and what is declared above it stays behind.
 */
static void add_space(struct text *text, xmlNode *element, const xmlNs *ns,
		      xmlNode *place)
{
	const xmlNs *above =
		element->parent->type == XML_ELEMENT_NODE
			? xmlSearchNs(element->doc, element->parent, ns->prefix)
			: NULL;
	const xmlNs *there = xmlSearchNs(place->doc, place, ns->prefix);
	_cleanup_free_ char *name =
		ns->prefix ? xasprintf("xmlns:%s", ns->prefix) : xstrdup("xmlns");
	_cleanup_free_ char *said = xasprintf(" %s=", name);

	if (above != ns ||
	    (there && streq((const char *)there->href, (const char *)ns->href)) ||
	    (text->n > 0 && strstr(text->s, said)))
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
		for (const xmlAttr *it = v[i].node->properties; it; it = it->next)
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

static void add_place(struct text *text, char quote, const struct stash_place *place)
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

static size_t track(struct stash_work *work, int element)
{
	*vec_add(&work->tracked) = element;
	return work->tracked.n - 1;
}

/* Copies an element into a new entry, which does not say yet where it stands. */
static int copy_in(struct stash_work *work, int element, const char *name,
		   struct error *error)
{
	const struct document *document = &work->document;
	struct span whole = document_whole(document, element);
	_cleanup_text_ struct text content = {}, attributes = {};

	text_add(&content, document->text.s + whole.start, whole.end - whole.start);
	add_spaces(&attributes, document, element, 0);
	add_named(&attributes, style_quote(document, 0), "name", name);
	return stash_add_entry(work, "element", &attributes, &content, error);
}

/* Moves an element, which is tracked at @slot, into the stash. */
static int park(struct stash_work *work, size_t slot, const char *name,
		struct error *error)
{
	const struct document *document = &work->document;
	_cleanup_(stash_place_free) struct stash_place place = {};
	_cleanup_text_ struct text attributes = {}, nothing = {};
	struct span cut;
	size_t at;

	if (copy_in(work, work->tracked.v[slot], name, error) < 0)
		return -1;
	stash_place_of(document, work->tracked.v[slot], &place, &cut);
	work->tracked.v[slot] = -1;
	if (stash_change(work, cut, &nothing, error) < 0)
		return -1;
	add_place(&attributes, style_quote(document, 0), &place);
	at = document->elements.v[stash_entry(document, name)].start_tag.end - 1;
	return stash_change(work, (struct span){at, at}, &attributes, error);
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

static void read_place(const struct document *document, int entry,
		       struct stash_place *ret)
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

static int the_element(const struct document *document, int entry, struct error *error)
{
	int child = document_child(document, entry, NULL);

	if (child >= 0 && document_next(document, child, NULL) < 0)
		return child;
	return error_input_at(
		error, document->name, document->elements.v[entry].line,
		"an entry of the stash holds not one element; it was changed, mend it by hand");
}

/* A parked element's text, with declarations that it will need at @from. */
static void add_element(struct text *text, const struct document *document, int element,
			const char *from)
{
	struct span whole = document_whole(document, element);
	const char *s = document->text.s + whole.start;
	size_t n_name = strcspn(s, " \t\r\n/>");
	_cleanup_text_ struct text spaces = {};
	int place = stash_find_path(document, from);

	if (place >= 0)
		add_spaces(&spaces, document, element, place);
	text_add(text, s, n_name);
	text_add(text, spaces.s, spaces.n);
	text_add(text, s + n_name, whole.end - whole.start - n_name);
}

/* Only a stash that somebody else wrote comes to this. */
static int entry_lost(const struct document *document, const char *name,
		      struct error *error)
{
	return error_input(error, "%s: the stash is not as we write it: \"%s\" is lost",
			   document->name, name);
}

/* The inverse of park(); the element is tracked last, and *ret_name the caller's. */
static int bring_back(struct stash_work *work, int entry, char **ret_name,
		      struct error *error)
{
	const struct document *document = &work->document;
	int child = the_element(document, entry, error);
	_cleanup_(stash_place_free) struct stash_place place = {};
	_cleanup_text_ struct text element = {};
	_cleanup_free_ char *name = string_in(document, entry, "name");

	if (child < 0)
		return -1;
	read_place(document, entry, &place);
	add_element(&element, document, child, place.from);
	if (stash_put_back(work, &place, &element, &child, error) < 0)
		return error_wrap(error, "\"%s\"", name);
	track(work, child);
	entry = stash_entry(document, name);
	if (entry < 0)
		return entry_lost(document, name, error);
	*ret_name = TAKE(name);
	return stash_remove_entry(work, entry, error);
}

/* @name, or with a number behind it that makes it new. @taken ends with the new one. */
static char *new_name(const struct document *document, char *const *taken, size_t n_taken,
		      const char *name)
{
	for (int i = 1;; i++) {
		char *tried = i == 1 ? xstrdup(name) : xasprintf("%s-%d", name, i);
		bool is_taken = stash_entry(document, tried) >= 0;

		for (size_t j = 0; !is_taken && j < n_taken; j++)
			is_taken = streq(taken[j], tried);
		if (!is_taken)
			return tried;
		free(tried);
	}
}

static void free_names(char **names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(names[i]);
	free(names);
}

/* The last first, so that the stash has them in the document's order. */
static int park_tracked(struct stash_work *work, const char *name, struct error *error)
{
	size_t n = work->tracked.n;
	char **names = xcalloc(n, sizeof(*names));
	int rc = 0;

	for (size_t i = 0; i < n; i++) {
		int element = work->tracked.v[i];

		names[i] =
			new_name(&work->document, names, i,
				 name ? name
				      : document_element_name(&work->document, element));
	}
	for (size_t i = n; rc == 0 && i-- > 0;)
		rc = park(work, i, names[i], error);
	free_names(names, n);
	return rc;
}

int stash_check_name(const char *name, struct error *error)
{
	if (!name || (*name && strlen(name) == strcspn(name, " \t\r\n")))
		return 0;
	return error_input(error, "\"%s\" is no name: it is empty or has a space in it",
			   name);
}

int stash_elements(struct document *document, const char *xpath, const char *name,
		   size_t *ret_n, struct error *error)
{
	_cleanup_stash_work_ struct stash_work work = {};

	if (stash_check_name(name, error) < 0 ||
	    stash_work_begin(document, &work, error) < 0 ||
	    stash_select(&work, xpath, error) < 0)
		return -1;
	*ret_n = work.tracked.n;
	if (park_tracked(&work, name, error) < 0)
		return -1;
	stash_commit(document, &work);
	return 0;
}

/* An element that was brought back only to reach one below it. */
struct above {
	char *name; /* owned */
	size_t tracked;
};

/* Entries that are left in the stash: texts, and what has no place now. */
static bool passes(const struct document *document, const struct stash_item *item,
		   const char *wanted)
{
	return item->is_text ||
	       (!streq(item->name, wanted) &&
		(!item->from || stash_find_path(document, item->from) < 0));
}

/* Brings entries back from the top until @entry is; those above are parked again. */
static int reach(struct stash_work *work, const char *wanted, struct error *error)
{
	VEC(struct above) aboves = {};
	int rc = 0;
	bool done = false;

	while (rc == 0 && !done) {
		_cleanup_stash_list_ struct stash_list items = {};
		_cleanup_free_ char *name = NULL;
		size_t i = 0;

		stash_items(&work->document, &items);
		while (i < items.list.n &&
		       passes(&work->document, &items.list.v[i], wanted))
			i++;
		rc = i < items.list.n
			     ? bring_back(work, items.list.v[i].element, &name, error)
			     : entry_lost(&work->document, wanted, error);
		done = rc == 0 && streq_null(name, wanted);
		if (rc == 0 && !done)
			*vec_add(&aboves) =
				(struct above){TAKE(name), work->tracked.n - 1};
	}
	while (aboves.n > 0) {
		struct above *above = &aboves.v[--aboves.n];

		if (rc == 0)
			rc = park(work, above->tracked, above->name, error);
		free(above->name);
	}
	vec_free(&aboves);
	return rc;
}

int stash_find_named(const struct document *document, const char *name, bool is_text,
		     struct error *error)
{
	_cleanup_stash_list_ struct stash_list items = {};

	stash_items(document, &items);
	for (size_t i = 0; i < items.list.n; i++) {
		if (!streq(items.list.v[i].name, name))
			continue;
		if (items.list.v[i].is_text == is_text)
			return items.list.v[i].element;
		return error_input(error, "%s: \"%s\" is %s", document->name, name,
				   is_text ? "an element; leave --text out"
					   : "a text; --text takes it out");
	}
	return error_input(error, "%s: nothing is parked as \"%s\"; --list lists what is",
			   document->name, name);
}

/* The first element that is parked; NULL: there is none. The caller's. */
static char *top_name(const struct document *document)
{
	_cleanup_stash_list_ struct stash_list items = {};

	stash_items(document, &items);
	for (size_t i = 0; i < items.list.n; i++)
		if (!items.list.v[i].is_text)
			return xstrdup(items.list.v[i].name);
	return NULL;
}

static int bring_all(struct stash_work *work, struct error *error)
{
	_cleanup_free_ char *name = top_name(&work->document);

	if (!name)
		return error_input(error, "%s: no element is parked",
				   work->document.name);
	while (name) {
		if (reach(work, name, error) < 0)
			return -1;
		free(name);
		name = top_name(&work->document);
	}
	return 0;
}

int unstash(struct document *document, const char *const *names, size_t n,
	    struct error *error)
{
	_cleanup_stash_work_ struct stash_work work = {};

	if (stash_work_begin(document, &work, error) < 0)
		return -1;
	if (n == 0 && bring_all(&work, error) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (stash_find_named(&work.document, names[i], false, error) < 0 ||
		    reach(&work, names[i], error) < 0)
			return -1;
	stash_commit(document, &work);
	return 0;
}

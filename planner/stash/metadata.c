/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * metadata.c - the stash itself, an element of our namespace in <metadata>, of
 * which libvirt keeps one (libvirt 9.0 src/conf/domain_conf.c, virDomainDefParseXML and
 * virXMLNodeSanitizeNamespaces).
 *
 *     <virt-layout:stash xmlns:virt-layout="urn:virt-layout:stash:1" was="">
 *       <virt-layout:element name="hostdev" from="/domain/devices" ...><hostdev>...
 *       <virt-layout:text name="note"><![CDATA[...]]></virt-layout:text>
 *     </virt-layout:stash>
 *
 * The newest entry comes first; its tags enclose the moved bytes unchanged. Each entry
 * directly follows the preceding tag, so that removing it together with the white space
 * before it restores the text. A stash that created its <metadata> has the attribute
 * `was`, which holds what it replaced: nothing, or <metadata/>.
 */
#include "planner/stash/parts.h"

#include "planner/stash/stash.h"

#include "base/xml/xml-library.h"
#include "base/xml/style.h"

static const char *space_of(const xmlNode *node)
{
	return node->ns ? (const char *)node->ns->href : "";
}

static bool is_ours(const struct document *document, int element, const char *name)
{
	const xmlNode *node = document->elements.v[element].node;

	return streq(space_of(node), STASH_NAMESPACE) &&
	       streq((const char *)node->name, name);
}

int stash_find(const struct document *document)
{
	int metadata = document_child(document, 0, "metadata"), child;

	if (metadata < 0)
		return -1;
	child = document_child(document, metadata, NULL);
	while (child >= 0 && !is_ours(document, child, "stash"))
		child = document_next(document, child, NULL);
	return child;
}

void stash_items(const struct document *document, struct stash_list *ret)
{
	int stash = stash_find(document);
	int child = stash < 0 ? -1 : document_child(document, stash, NULL);

	for (; child >= 0; child = document_next(document, child, NULL)) {
		const char *name = document_attribute(document, child, "name");
		bool is_text = is_ours(document, child, "text");

		if (!name || !(is_text || is_ours(document, child, "element")))
			continue;
		*vec_add(&ret->list) = (struct stash_item){
			.element = child,
			.name = name,
			.from = is_text ? NULL
					: document_attribute(document, child, "from"),
			.is_text = is_text,
		};
	}
}

void stash_list_free(struct stash_list *list)
{
	vec_free(&list->list);
}

int stash_entry(const struct document *document, const char *name)
{
	_cleanup_stash_list_ struct stash_list items = {};

	stash_items(document, &items);
	for (size_t i = 0; i < items.list.n; i++)
		if (streq(items.list.v[i].name, name))
			return items.list.v[i].element;
	return -1;
}

/* A prefix that the document does not use for another namespace. */
static char *free_prefix(const struct document *document)
{
	for (int i = 1;; i++) {
		char *prefix =
			i == 1 ? xstrdup("virt-layout") : xasprintf("virt-layout-%d", i);
		_cleanup_free_ char *declared = xasprintf("xmlns:%s", prefix);

		if (!strstr(document->text.s, declared))
			return prefix;
		free(prefix);
	}
}

/* The parts of an entry. */
struct entry {
	const char *tag;
	const struct text *attributes, *content;
};

static void add_entry(struct text *text, const char *prefix, const struct entry *entry)
{
	text_printf(text, "<%s:%s", prefix, entry->tag);
	text_add(text, entry->attributes->s, entry->attributes->n);
	text_addc(text, '>');
	text_add(text, entry->content->s, entry->content->n);
	text_printf(text, "</%s:%s>", prefix, entry->tag);
}

/* The indentation of what we write. */
struct gaps {
	char *metadata, *stash, *entry; /* each before that element */
};

static void gaps_free(struct gaps *gaps)
{
	free(gaps->metadata);
	free(gaps->stash);
	free(gaps->entry);
}

static char *deeper(const char *gap, const char *step)
{
	return xasprintf("%s%s", gap, gap_has_line(gap) ? step : "");
}

static void gaps_of(const struct document *document, struct gaps *ret)
{
	int metadata = document_child(document, 0, "metadata");
	_cleanup_free_ char *step = style_step(document, 0);

	ret->metadata = metadata >= 0 ? style_gap(document, metadata)
				      : style_child_gap(document, 0, -1);
	ret->stash = metadata >= 0 && document_child(document, metadata, NULL) >= 0
			     ? style_child_gap(document, metadata, -1)
			     : deeper(ret->metadata, step);
	ret->entry = deeper(ret->stash, step);
}

/* A new stash with one entry; @was is what its <metadata> replaces, or NULL. */
static void add_stash(struct text *text, const struct document *document,
		      const struct gaps *gaps, const char *was, const struct entry *entry)
{
	_cleanup_free_ char *prefix = free_prefix(document);
	char quote = style_quote(document, 0);

	text_printf(text, "%s<%s:stash xmlns:%s=%c" STASH_NAMESPACE "%c", gaps->stash,
		    prefix, prefix, quote, quote);
	if (was) {
		text_addc(text, ' ');
		text_add_attribute(text, quote, "was", was);
	}
	text_printf(text, ">%s", gaps->entry);
	add_entry(text, prefix, entry);
	text_printf(text, "%s</%s:stash>", gap_has_line(gaps->stash) ? gaps->stash : "",
		    prefix);
}

/* After the elements that describe the domain, where virsh shows <metadata>. */
static size_t metadata_place(const struct document *document)
{
	static const char *const before[] = {"name", "uuid", "genid", "title",
					     "description"};
	size_t at = document->elements.v[0].content.start;

	for (size_t i = 0; i < ARRAY_SIZE(before); i++) {
		int child = document_child(document, 0, before[i]);

		if (child >= 0)
			at = MAX(at, document_whole(document, child).end);
	}
	return at;
}

/* True if an element contains only white space. */
static bool is_blank(const struct document *document, struct span span)
{
	const char *s = document->text.s + span.start;
	size_t n = span.end - span.start;

	return strspn(s, " \t\r\n") >= n;
}

static int add_to_stash(struct stash_work *work, int stash, const struct gaps *gaps,
			const struct entry *entry, struct error *error)
{
	const struct document_element *it = &work->document.elements.v[stash];
	const xmlNs *ns = it->node->ns;
	_cleanup_text_ struct text text = {};

	if (!ns->prefix || it->self_closing)
		return error_input_at(
			error, work->document.name, it->line,
			"the stash has been modified: its tag has no prefix or no end; repair it by hand");
	text_adds(&text, gaps->entry);
	add_entry(&text, (const char *)ns->prefix, entry);
	return stash_change(work, (struct span){it->start_tag.end, it->start_tag.end},
			    &text, error);
}

/* After the existing content of <metadata>. */
static int add_to_metadata(struct stash_work *work, int metadata, const struct gaps *gaps,
			   const struct entry *entry, struct error *error)
{
	const struct document_element *it = &work->document.elements.v[metadata];
	int last = document_number(sym_xmlLastElementChild(it->node));
	size_t at =
		last >= 0 ? document_whole(&work->document, last).end : it->content.start;
	_cleanup_text_ struct text text = {};

	add_stash(&text, &work->document, gaps, NULL, entry);
	return stash_change(work, (struct span){at, at}, &text, error);
}

/* @metadata is empty or does not exist (-1). */
static int add_metadata(struct stash_work *work, int metadata, const struct gaps *gaps,
			const struct entry *entry, struct error *error)
{
	const struct document *document = &work->document;
	size_t at = metadata_place(document);
	struct span span = {at, at}, tag = {};
	_cleanup_free_ char *was = NULL;
	_cleanup_text_ struct text text = {};

	if (metadata >= 0) {
		span = document_whole(document, metadata);
		tag = document->elements.v[metadata].start_tag;
		tag.end -= document->elements.v[metadata].self_closing ? 2 : 1;
	} else {
		text_adds(&text, gaps->metadata);
		text_adds(&text, "<metadata");
	}
	was = xstrndup(document->text.s + span.start, span.end - span.start);
	text_add(&text, document->text.s + tag.start, tag.end - tag.start);
	text_addc(&text, '>');
	add_stash(&text, document, gaps, was, entry);
	text_printf(&text, "%s</metadata>",
		    gap_has_line(gaps->metadata) ? gaps->metadata : "");
	return stash_change(work, span, &text, error);
}

int stash_add_entry(struct stash_work *work, const char *tag,
		    const struct text *attributes, const struct text *content,
		    struct error *error)
{
	const struct document *document = &work->document;
	int stash = stash_find(document),
	    metadata = document_child(document, 0, "metadata");
	struct entry entry = {.tag = tag, .attributes = attributes, .content = content};
	_cleanup_(gaps_free) struct gaps gaps = {};

	if (document->elements.v[0].self_closing)
		return error_input(error, "%s: the domain is empty", document->name);
	gaps_of(document, &gaps);
	if (stash >= 0)
		return add_to_stash(work, stash, &gaps, &entry, error);
	if (metadata >= 0 && !is_blank(document, document->elements.v[metadata].content))
		return add_to_metadata(work, metadata, &gaps, &entry, error);
	return add_metadata(work, metadata, &gaps, &entry, error);
}

bool stash_frame_of(const struct document *document, struct stash_frame *ret)
{
	int stash = stash_find(document), first, giver;
	const struct document_element *it;
	_cleanup_(gaps_free) struct gaps gaps = {};

	if (stash < 0)
		return false;
	it = &document->elements.v[stash];
	if (!it->node->ns->prefix || it->self_closing)
		return false;
	gaps_of(document, &gaps);
	giver = gap_has_line(gaps.stash) ? style_step_giver(document) : 0;
	first = document_child(document, stash, NULL);
	if (giver < 0 || (giver > stash && giver != first))
		return false;
	if (giver > stash) {
		size_t n =
			document->elements.v[first].start_tag.start - it->start_tag.end;

		if (strlen(gaps.entry) != n ||
		    memcmp(gaps.entry, document->text.s + it->start_tag.end, n) != 0)
			return false;
	}
	*ret = (struct stash_frame){
		.stash = stash,
		.at = it->start_tag.end,
		.prefix = (const char *)it->node->ns->prefix,
		.gap = TAKE(gaps.entry),
		.quote = style_quote(document, 0),
		.floor = MIN(giver, stash),
		.first = document_child(document, it->parent, NULL),
	};
	return true;
}

void stash_frame_free(struct stash_frame *frame)
{
	free(frame->gap);
}

void stash_frame_entry(const struct stash_frame *frame, struct text *text,
		       const struct text *attributes, const struct text *content)
{
	struct entry entry = {.tag = "element",
			      .attributes = attributes,
			      .content = content};

	text_adds(text, frame->gap);
	add_entry(text, frame->prefix, &entry);
}

static int only_child(const struct document *document, int parent)
{
	int child = document_child(document, parent, NULL);

	return child >= 0 && document_next(document, child, NULL) < 0 ? child : -1;
}

struct span stash_with_gap(const struct document *document, int element)
{
	struct span span = document_whole(document, element);
	size_t start = span.start;

	while (start > 0 && strchr(" \t\r\n", document->text.s[start - 1]))
		start--;
	if (start > 0 && document->text.s[start - 1] == '>')
		span.start = start;
	return span;
}

/* <metadata> contains only the stash. */
static bool is_alone(const struct document *document, int metadata, int stash)
{
	const struct document_element *it = &document->elements.v[metadata];
	struct span whole = document_whole(document, stash);

	return only_child(document, metadata) == stash &&
	       is_blank(document, (struct span){it->content.start, whole.start}) &&
	       is_blank(document, (struct span){whole.end, it->content.end});
}

int stash_remove_entry(struct stash_work *work, int entry, struct error *error)
{
	const struct document *document = &work->document;
	int stash = document->elements.v[entry].parent;
	int metadata = document->elements.v[stash].parent;
	const char *was = document_attribute(document, stash, "was");
	_cleanup_text_ struct text text = {};
	struct span span;

	if (only_child(document, stash) < 0) {
		span = stash_with_gap(document, entry);
	} else if (!was || !is_alone(document, metadata, stash)) {
		span = stash_with_gap(document, stash);
	} else if (*was) {
		span = document_whole(document, metadata);
		text_adds(&text, was);
	} else {
		span = stash_with_gap(document, metadata);
	}
	return stash_change(work, span, &text, error);
}

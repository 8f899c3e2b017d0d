/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/check/ignores.h"

#include "base/first.h"
#include "base/text.h"

/* What both CHECK_NAMESPACE and the comments contain. */
#define PROGRAM "virt-layout:"
#define WORDS   PROGRAM " ignore "

static void read_comment(const xmlNode *node, ignores *ret)
{
	const char *text = (const char *)node->content;
	struct ignore wish = {.row = -1};

	text += strspn(text, " \t\r\n");
	if (!has_prefix(text, WORDS))
		return;
	text += strlen(WORDS);
	text += strspn(text, " \t\r\n");
	wish.rule = text;
	wish.rule_n = strcspn(text, " \t\r\n");
	text += wish.rule_n;
	wish.reason = text + strspn(text, " \t\r\n");
	*vec_add(ret) = wish;
}

/* Ignores since @from are about an element: the next one, or the parent. */
static void settle(ignores *list, size_t *from, const xmlNode *node)
{
	for (; *from < list->n; (*from)++)
		list->v[*from].element = MAX(document_number(node), 0);
}

/* The walk needs no recursion: the tree has parent pointers. */
static void read_comments(const struct document *document, ignores *ret)
{
	const xmlNode *node = (const xmlNode *)document->xml->children;
	size_t from = ret->n;

	while (node) {
		if (node->type == XML_COMMENT_NODE && node->content)
			read_comment(node, ret);
		if (node->type == XML_ELEMENT_NODE)
			settle(ret, &from, node);
		if (node->type == XML_ELEMENT_NODE && node->children) {
			node = node->children;
			continue;
		}
		while (node && !node->next) {
			node = node->parent && node->parent->type == XML_ELEMENT_NODE
				       ? node->parent
				       : NULL;
			settle(ret, &from, node);
		}
		if (node)
			node = node->next;
	}
}

static bool in_our_space(const xmlNode *node)
{
	return node->ns && streq((const char *)node->ns->href, CHECK_NAMESPACE);
}

/* Each element by the last step of its path and its parent. */
struct steps {
	struct firsts by_name;
	char **names; /* owned */
	size_t n;
};

static void steps_free(struct steps *steps)
{
	for (size_t i = 0; i < steps->n; i++)
		free(steps->names[i]);
	free(steps->names);
	firsts_free(&steps->by_name);
}

static void read_steps(const struct document *document, struct steps *ret)
{
	ret->n = document->elements.n;
	ret->names = xcalloc(ret->n, sizeof(*ret->names));
	for (size_t i = 0; i < ret->n; i++) {
		ret->names[i] = document_step(document, (int)i);
		first_add(&ret->by_name, ret->names[i],
			  (uint64_t)(document->elements.v[i].parent + 1), (int)i);
	}
}

/* The element with this path (as from document_path()), or -1. */
static int element_at(const struct document *document, struct steps *steps,
		      const char *path)
{
	_cleanup_free_ char *copy = xstrdup(path);
	char *rest = copy, *step;
	int element = -1;

	if (steps->n == 0)
		read_steps(document, steps);
	if (*rest++ != '/')
		return -1;
	while ((step = strsep(&rest, "/"))) {
		element = first_find(&steps->by_name, step, (uint64_t)(element + 1));
		if (element < 0)
			return -1;
	}
	return element;
}

static void read_metadata(const struct document *document, ignores *ret)
{
	int metadata = document_find(document, 0, "metadata");
	_cleanup_(steps_free) struct steps steps = {};

	for (size_t i = 0; metadata >= 0 && i < document->elements.n; i++) {
		int element = (int)i;
		const char *path, *rule, *reason;

		if (!in_our_space(document->elements.v[i].node) ||
		    !streq(document_element_name(document, element), "ignore"))
			continue;
		rule = document_attribute(document, element, "rule");
		path = document_attribute(document, element, "path");
		reason = document_attribute(document, element, "reason");
		element = path ? element_at(document, &steps, path) : 0;
		rule = rule ? rule : "";
		*vec_add(ret) = (struct ignore){rule, strlen(rule), element, (int)i,
						reason ? reason : ""};
	}
}

/* Whether the document may contain either; both contain PROGRAM. */
static void look_for(const struct document *document, bool *words, bool *space)
{
	const char *s = document->text.s, *end = s + document->text.n;
	const ptrdiff_t before = (ptrdiff_t)(strlen(CHECK_NAMESPACE) -
					     strlen(strstr(CHECK_NAMESPACE, PROGRAM)));

	/* There are few colons, and memchr() is faster than memmem(). */
	while ((s = memchr(s, ':', (size_t)(end - s)))) {
		ptrdiff_t n = ++s - document->text.s;
		const char *start = s - MIN(n, (ptrdiff_t)strlen(PROGRAM));

		if (*start != *PROGRAM || !has_prefix(start, PROGRAM))
			continue;
		*words |= has_prefix(start, WORDS);
		*space |= start - document->text.s >= before &&
			  has_prefix(start - before, CHECK_NAMESPACE);
	}
}

void ignores_read(const struct document *document, ignores *ret)
{
	bool words = false, space = false;

	/* Most documents contain neither, and the text is searched faster than the
	 * tree. */
	look_for(document, &words, &space);
	if (words)
		read_comments(document, ret);
	if (space)
		read_metadata(document, ret);
}

struct want *ignores_want(const struct rule *rule, const char *reason)
{
	struct want *want = want_new("check"), *ignore;

	want->space = CHECK_NAMESPACE;
	ignore = want_child(want, "ignore");
	want_set(ignore, "rule", "%s", rule->id);
	want_set(ignore, "reason", "%s", reason);
	return want;
}

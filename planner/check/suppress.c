/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/check/suppress.h"

#include "base/first.h"
#include "base/text.h"
#include "planner/check/rules.h"

#define WORDS "virt-layout: ignore "

/* One wish to be silent. */
struct wish {
	const char *rule; /* not ended by a NUL: rule_n bytes */
	size_t rule_n;
	int element; /* and all below it; -1: its path leads nowhere */
	const char *reason; /* "": none, then it silences nothing */
};
typedef VEC(struct wish) wishes;

static void read_comment(const xmlNode *node, wishes *ret)
{
	const char *text = (const char *)node->content;
	struct wish wish = {};

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

/* Wishes since @from are about an element: the next one, or the one they stand in. */
static void settle(wishes *list, size_t *from, const xmlNode *node)
{
	for (; *from < list->n; (*from)++)
		list->v[*from].element = MAX(document_number(node), 0);
}

/* The walk needs no recursion: the tree knows its parents. */
static void read_comments(const struct document *document, wishes *ret)
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

/* The element that document_path() gives this path, -1. */
static int element_at(const struct document *document, struct steps *steps, const char *path)
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

static void read_metadata(const struct document *document, wishes *ret)
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
		*vec_add(ret) = (struct wish){ rule, strlen(rule), element,
					       reason ? reason : "" };
	}
}

/* The wishes by rule and element, the first of each. */
struct silence {
	const wishes *list;
	struct firsts by_rule;
};

static void silence_begin(const wishes *list, struct silence *ret)
{
	*ret = (struct silence){ .list = list };
	for (size_t i = 0; i < list->n; i++) {
		const struct wish *wish = &list->v[i];
		_cleanup_free_ char *name = xstrndup(wish->rule, wish->rule_n);
		const struct rule *rule = rule_named(name);

		if (rule && *wish->reason && wish->element >= 0)
			first_add(&ret->by_rule, rule->id, (uint64_t)wish->element, (int)i);
	}
}

/* Of the first wish about the element or one above it; NULL: none. The caller's. */
static char *reason_for(const struct document *document, const struct silence *silence,
			const char *rule, int element)
{
	int first = -1;
	const char *reason;
	size_t n;

	for (; silence->by_rule.root && element >= 0;
	     element = document->elements.v[element].parent) {
		int wish = first_find(&silence->by_rule, rule, (uint64_t)element);

		if (wish >= 0 && (first < 0 || wish < first))
			first = wish;
	}
	if (first < 0)
		return NULL;
	reason = silence->list->v[first].reason;
	n = strlen(reason);
	while (n > 0 && strchr(" \t\r\n", reason[n - 1]))
		n--;
	return xstrndup(reason, n);
}

static bool says(const struct document *document, const char *words)
{
	return memmem(document->text.s, document->text.n, words, strlen(words)) != NULL;
}

static void read_wishes(const struct document *document, wishes *ret)
{
	/* Most documents say neither, and the text is looked through faster than the tree. */
	if (says(document, WORDS))
		read_comments(document, ret);
	if (says(document, CHECK_NAMESPACE))
		read_metadata(document, ret);
}

void ignore_malformed(struct check *check)
{
	wishes list = {};

	read_wishes(check->document, &list);
	for (size_t i = 0; i < list.n; i++) {
		const struct wish *wish = &list.v[i];
		_cleanup_free_ char *name = xstrndup(wish->rule, wish->rule_n);
		int element = MAX(wish->element, 0);

		if (!rule_named(name))
			check_found(check, element, "'%s' is to be ignored, but no rule is called so.",
				    name);
		else if (!wish->reason[strspn(wish->reason, " \t\r\n")])
			check_found(check, element,
				    "%s is to be ignored, but no reason is given: it is not.", name);
		else if (wish->element < 0)
			check_found(check, element,
				    "%s is to be ignored at a path that leads to no element.", name);
	}
	vec_free(&list);
}

void suppress(const struct document *document, struct report *found, const int *elements,
	      struct check_result *ret)
{
	wishes list = {};
	struct silence silence;

	read_wishes(document, &list);
	silence_begin(&list, &silence);
	for (size_t i = 0; i < found->findings.n; i++) {
		char *reason = reason_for(document, &silence, found->findings.v[i].rule,
					  elements[i]);

		if (reason)
			*vec_add(&ret->suppressed) =
				(struct check_suppressed){ found->findings.v[i], reason };
		else
			*vec_add(&ret->report.findings) = found->findings.v[i];
	}
	for (size_t i = 0; i < found->skipped.n; i++)
		*vec_add(&ret->report.skipped) = found->skipped.v[i];
	firsts_free(&silence.by_rule);
	vec_free(&list);
	vec_free(&found->findings);
	vec_free(&found->skipped);
}

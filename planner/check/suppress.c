/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/check/suppress.h"

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

static int next_element(const xmlNode *node)
{
	const xmlNode *parent = node->parent;

	for (; node; node = node->next)
		if (node->type == XML_ELEMENT_NODE)
			return document_number(node);
	return parent && parent->type == XML_ELEMENT_NODE ? document_number(parent) : 0;
}

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
	wish.element = next_element(node);
	*vec_add(ret) = wish;
}

/* The walk needs no recursion: the tree knows its parents. */
static void read_comments(const struct document *document, wishes *ret)
{
	const xmlNode *node = (const xmlNode *)document->xml->children;

	while (node) {
		if (node->type == XML_COMMENT_NODE && node->content)
			read_comment(node, ret);
		if (node->type == XML_ELEMENT_NODE && node->children) {
			node = node->children;
			continue;
		}
		while (node && !node->next)
			node = node->parent && node->parent->type == XML_ELEMENT_NODE
				       ? node->parent
				       : NULL;
		if (node)
			node = node->next;
	}
}

static bool in_our_space(const xmlNode *node)
{
	return node->ns && streq((const char *)node->ns->href, CHECK_NAMESPACE);
}

static int element_at(const struct document *document, const char *path)
{
	for (size_t i = 0; i < document->elements.n; i++) {
		_cleanup_free_ char *here = document_path(document, (int)i);

		if (streq(here, path))
			return (int)i;
	}
	return -1;
}

static void read_metadata(const struct document *document, wishes *ret)
{
	int metadata = document_find(document, 0, "metadata");

	for (size_t i = 0; metadata >= 0 && i < document->elements.n; i++) {
		int element = (int)i;
		const char *path, *rule, *reason;

		if (!in_our_space(document->elements.v[i].node) ||
		    !streq(document_element_name(document, element), "ignore"))
			continue;
		rule = document_attribute(document, element, "rule");
		path = document_attribute(document, element, "path");
		reason = document_attribute(document, element, "reason");
		element = path ? element_at(document, path) : 0;
		rule = rule ? rule : "";
		*vec_add(ret) = (struct wish){ rule, strlen(rule), element,
					       reason ? reason : "" };
	}
}

static bool below(const struct document *document, int element, int ancestor)
{
	for (; element >= 0; element = document->elements.v[element].parent)
		if (element == ancestor)
			return true;
	return false;
}

static char *reason_for(const struct document *document, const wishes *list,
			const char *rule, int element)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct wish *wish = &list->v[i];
		size_t n = strlen(wish->reason);

		if (n == 0 || wish->element < 0 || strlen(rule) != wish->rule_n ||
		    strncmp(rule, wish->rule, wish->rule_n) != 0 ||
		    !below(document, element, wish->element))
			continue;
		while (n > 0 && strchr(" \t\r\n", wish->reason[n - 1]))
			n--;
		return xstrndup(wish->reason, n);
	}
	return NULL;
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

	read_wishes(document, &list);
	for (size_t i = 0; i < found->findings.n; i++) {
		char *reason = reason_for(document, &list, found->findings.v[i].rule,
					  elements[i]);

		if (reason)
			*vec_add(&ret->suppressed) =
				(struct check_suppressed){ found->findings.v[i], reason };
		else
			*vec_add(&ret->report.findings) = found->findings.v[i];
	}
	for (size_t i = 0; i < found->skipped.n; i++)
		*vec_add(&ret->report.skipped) = found->skipped.v[i];
	vec_free(&list);
	vec_free(&found->findings);
	vec_free(&found->skipped);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* select.c - the elements of a domain that an XPath expression selects. */
#include "base/xml/xml-library.h"
#include "planner/stash/parts.h"

/* libxml2's error for an expression has a number and a position, but no text. */
static void on_xpath_error(void *data, const xmlError *what)
{
	char **message = data;

	free(*message);
	*message = what->code == XML_XPATH_UNDEF_PREFIX_ERROR
			   ? xstrdup("a prefix in it is not declared in the domain")
			   : xasprintf("syntax error at character %d", what->int1 + 1);
}

#if LIBXML_VERSION < 21200
static void on_old_error(void *data, xmlError *what)
{
	on_xpath_error(data, what);
}
#define on_xpath_error on_old_error
#endif

static void register_spaces(xmlXPathContext *context, const struct document *document)
{
	for (size_t i = document->elements.n; i-- > 0;)
		for (const xmlNs *ns = document->elements.v[i].node->nsDef; ns;
		     ns = ns->next)
			if (ns->prefix)
				sym_xmlXPathRegisterNs(context, ns->prefix, ns->href);
}

static int add_nodes(const char *xpath, const xmlXPathObject *object,
		     struct stash_work *work, struct error *error)
{
	const xmlNodeSet *nodes =
		object->type == XPATH_NODESET ? object->nodesetval : NULL;

	if (object->type != XPATH_NODESET)
		return error_input(error, "%s: yields a value, not elements", xpath);
	for (int i = 0; nodes && i < nodes->nodeNr; i++) {
		if (nodes->nodeTab[i]->type != XML_ELEMENT_NODE)
			return error_input(
				error,
				"%s: selects attributes, text or comments; only whole elements can be parked",
				xpath);
		*vec_add(&work->tracked) = document_number(nodes->nodeTab[i]);
	}
	return 0;
}

static int evaluate(struct stash_work *work, const char *xpath, struct error *error)
{
	xmlXPathContext *context = sym_xmlXPathNewContext(work->document.xml);
	_cleanup_free_ char *message = NULL;
	xmlXPathObject *object;
	int rc = -1;

	if (!context)
		abort();
	context->error = on_xpath_error;
	context->userData = &message;
	register_spaces(context, &work->document);
	object = sym_xmlXPathEvalExpression((const xmlChar *)xpath, context);
	if (object)
		rc = add_nodes(xpath, object, work, error);
	else
		error_input(error, "%s: is not an XPath expression: %s", xpath,
			    message ? message : "no reason given");
	sym_xmlXPathFreeObject(object);
	sym_xmlXPathFreeContext(context);
	return rc;
}

static int compare_numbers(const void *a, const void *b)
{
	const int *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static bool is_inside(const struct document *document, int element, int stash)
{
	while (element > 0 && element != stash)
		element = document->elements.v[element].parent;
	return element > 0;
}

/* The name, of the element or an attribute, with an undeclared prefix. */
static const char *undeclared(const xmlNode *node)
{
	if (!node->ns && strchr((const char *)node->name, ':'))
		return (const char *)node->name;
	for (const struct tree_attribute *it = tree_attributes(node);
	     it < tree_attributes_end(node); it++)
		if (!it->ns && strchr(it->name, ':'))
			return it->name;
	return NULL;
}

/* In the stash such a prefix could become declared, even as ours. */
static int check_prefixes(const struct document *document, int element,
			  struct error *error)
{
	struct span whole = document_whole(document, element);

	for (size_t i = (size_t)element;
	     i < document->elements.n &&
	     document->elements.v[i].start_tag.start < whole.end;
	     i++) {
		const char *name = undeclared(document->elements.v[i].node);

		if (name)
			return error_input_at(
				error, document->name, document->elements.v[i].line,
				"%s has an undeclared prefix; declare it with xmlns, or park the element's text with --text",
				name);
	}
	return 0;
}

static int check_element(const struct document *document, int element, int metadata,
			 struct error *error)
{
	long line = document->elements.v[element].line;

	if (element == 0)
		return error_input(error, "%s: <domain> itself cannot be parked",
				   document->name);
	if (element == metadata)
		return error_input_at(
			error, document->name, line,
			"<metadata> itself cannot be parked, because it contains the stash");
	return check_prefixes(document, element, error);
}

int stash_select(struct stash_work *work, const char *xpath, struct error *error)
{
	int stash = stash_find(&work->document);
	int metadata = document_child(&work->document, 0, "metadata");
	size_t kept = 0, end = 0;

	if (evaluate(work, xpath, error) < 0)
		return -1;
	if (work->tracked.n == 0)
		return error_input(error, "%s: %s selects no element",
				   work->document.name, xpath);
	vec_sort(&work->tracked, compare_numbers);
	for (size_t i = 0; i < work->tracked.n; i++) {
		int element = work->tracked.v[i];
		struct span whole = document_whole(&work->document, element);

		if (check_element(&work->document, element, metadata, error) < 0)
			return -1;
		if (whole.start < end || is_inside(&work->document, element, stash))
			continue;
		end = whole.end;
		work->tracked.v[kept++] = element;
	}
	if (kept < work->tracked.n && kept == 0)
		return error_input(error,
				   "%s: the element that %s selects is already parked",
				   work->document.name, xpath);
	if (kept == 0)
		return error_input(error, "%s: %s selects no element",
				   work->document.name, xpath);
	work->tracked.n = kept;
	return 0;
}

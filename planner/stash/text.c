/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * text.c - any bytes as a text in the stash. A CDATA section holds what XML preserves
 * (XML 1.0, sections 2.2 and 2.11: no control characters, no CR); anything else becomes
 * base64.
 */
#include "planner/stash/parts.h"

#include "planner/stash/stash.h"

#include "base/base64.h"
#include "base/xml/style.h"
#include "base/utf8.h"

/* True if XML preserves these bytes: no CR, no control characters, UTF-8. */
static bool fits_cdata(const struct text *bytes)
{
	for (size_t at = 0; at < bytes->n;) {
		unsigned char byte = (unsigned char)bytes->s[at];
		size_t length = utf8_length(bytes->s + at);

		if (length == 0 || byte == 0x7f ||
		    (byte < 0x20 && !strchr("\t\n", byte)) || !byte)
			return false;
		if (has_prefix(bytes->s + at, "\xef\xbf\xbe") ||
		    has_prefix(bytes->s + at, "\xef\xbf\xbf"))
			return false;
		at += length;
	}
	return true;
}

/* "]]>" would end a section, so it is split between two sections. */
static void add_cdata(struct text *text, const char *string)
{
	const char *found;

	text_adds(text, "<![CDATA[");
	while ((found = strstr(string, "]]>"))) {
		text_add(text, string, (size_t)(found - string) + 2);
		text_adds(text, "]]><![CDATA[");
		string = found + 2;
	}
	text_printf(text, "%s]]>", string);
}

int stash_text(struct document *document, const char *name, const struct text *bytes,
	       struct error *error)
{
	_cleanup_stash_work_ struct stash_work work = {};
	_cleanup_text_ struct text attributes = {}, content = {};
	char quote = style_quote(document, 0);

	if (stash_check_name(name, error) < 0 ||
	    stash_work_begin(document, &work, error) < 0)
		return -1;
	if (stash_entry(document, name) >= 0)
		return error_input(error,
				   "%s: \"%s\" is already parked; use another --name",
				   document->name, name);
	text_addc(&attributes, ' ');
	text_add_attribute(&attributes, quote, "name", name);
	if (fits_cdata(bytes)) {
		add_cdata(&content, bytes->n ? bytes->s : "");
	} else {
		text_addc(&attributes, ' ');
		text_add_attribute(&attributes, quote, "encoding", "base64");
		text_add_base64(&content, bytes->s, bytes->n);
	}
	if (stash_add_entry(&work, "text", &attributes, &content, error) < 0)
		return -1;
	stash_commit(document, &work);
	return 0;
}

static int add_text(const struct document *document, int entry, struct text *ret,
		    struct error *error)
{
	const char *encoding = document_attribute(document, entry, "encoding");
	const xmlNode *node = document->elements.v[entry].node->children;
	_cleanup_text_ struct text all = {};

	for (; node; node = node->next)
		if (node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE)
			text_adds(&all, (const char *)node->content);
	if (!encoding)
		text_add(ret, all.s, all.n);
	else if (!streq(encoding, "base64") ||
		 !text_add_from_base64(ret, all.n ? all.s : ""))
		return error_input_at(error, document->name,
				      document->elements.v[entry].line,
				      "the parked text cannot be decoded");
	return 0;
}

int unstash_text(struct document *document, const char *name, struct text *ret,
		 struct error *error)
{
	_cleanup_stash_work_ struct stash_work work = {};
	int entry;

	if (stash_work_begin(document, &work, error) < 0)
		return -1;
	entry = stash_find_named(&work.document, name, true, error);
	if (entry < 0 || add_text(&work.document, entry, ret, error) < 0 ||
	    stash_remove_entry(&work, entry, error) < 0)
		return -1;
	stash_commit(document, &work);
	return 0;
}

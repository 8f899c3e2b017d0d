/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stash-work.c - a document that is changed again and again. */
#include "planner/stash/parts.h"

int stash_work_begin(const struct document *document, struct stash_work *ret,
		     struct error *error)
{
	int root = 0;

	*ret = (struct stash_work){};
	if (!streq(document_element_name(document, root), "domain")) {
		error_input(error, "%s: the root is <%s>, not <domain>", document->name,
			    document_element_name(document, root));
		return -1;
	}
	return document_parse(document->name, document->text.s, document->text.n,
			      &ret->document, error);
}

void stash_work_free(struct stash_work *work)
{
	document_free(&work->document);
	vec_free(&work->tracked);
}

void stash_commit(struct document *document, struct stash_work *work)
{
	struct file_origin origin = document->origin;

	document->origin = (struct file_origin){};
	document_free(document);
	*document = work->document;
	document->origin = origin;
	work->document = (struct document){};
}

static void move_tracked(struct stash_work *work, const struct document *before,
			 size_t at, int by)
{
	for (size_t i = 0; i < work->tracked.n; i++) {
		int element = work->tracked.v[i];

		if (element >= 0 && before->elements.v[element].start_tag.start >= at)
			work->tracked.v[i] += by;
	}
}

int stash_change(struct stash_work *work, struct span span, const struct text *bytes,
		 struct error *error)
{
	struct document before = work->document;
	_cleanup_text_ struct text text = {};
	int rc;

	text_add(&text, before.text.s, span.start);
	text_add(&text, bytes->s, bytes->n);
	text_add(&text, before.text.s + span.end, before.text.n - span.end);
	work->document = (struct document){};
	rc = document_parse(before.name, text.s, text.n, &work->document, error);
	if (rc == 0)
		move_tracked(work, &before, span.start,
			     (int)work->document.elements.n - (int)before.elements.n);
	document_free(&before);
	return rc < 0 ? error_wrap(error, "after editing") : 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Theory of operation. Reading and checking a text takes longer the longer it is, so a
 * text in which many devices need a fix is not read once for each. Local fixes
 * (fix_is_local in rules.h) of different elements do not interfere, so their edits are
 * collected and applied together. Anything that could make the result differ from
 * applying one fix after the other ends the round, and is left for the next one.
 */
#include "planner/check/fix-round.h"

#include "planner/check/fix-parts.h"
#include "planner/guest/read.h"

enum mark {
	MARK_EDITED = 1,
	MARK_ABOVE = 2, /* an element below it is edited */
};

/* The input of a round. */
struct making {
	struct check *check;
	unsigned char *marks; /* by element */
	size_t end;           /* of the last element that was edited */
	struct edits edits;
	long more_lines;
	struct fix_round *round;
};

static bool is_edited(const struct making *making, int element)
{
	for (; element >= 0;
	     element = making->check->document->elements.v[element].parent)
		if (making->marks[element] & MARK_EDITED)
			return true;
	return false;
}

static void mark(struct making *making, int element)
{
	making->marks[element] |= MARK_EDITED;
	for (int it = making->check->document->elements.v[element].parent; it >= 0;
	     it = making->check->document->elements.v[it].parent)
		making->marks[it] |= MARK_ABOVE;
}

static long count_lines(const char *s, size_t n)
{
	long lines = 0;

	while (n-- > 0)
		lines += *s++ == '\n';
	return lines;
}

static long lines_of(const struct edits *edits)
{
	long lines = 0;

	for (size_t i = 0; i < edits->list.n; i++) {
		const struct edit *edit = &edits->list.v[i];

		lines += count_lines(edit->replacement, strlen(edit->replacement));
		lines -= count_lines(edits->document->text.s + edit->span.start,
				     edit->span.end - edit->span.start);
	}
	return lines;
}

/* Whether the fix may be made in the same round as those before it. */
static bool fits(const struct making *making, const struct fix *fix)
{
	const struct finding *finding = fix->finding;
	const struct document *document = fix->check->document;

	if (making->round->steps.n == 0)
		return true;
	if (fix->element < 0 || making->marks[fix->element] ||
	    is_edited(making, fix->element))
		return false;
	/*
	 * Its message names another element, and messages determine the order of findings
	 * on one line.
	 */
	if (finding->related.path &&
	    (is_edited(making, fix_element_at(document, &finding->related)) ||
	     vec_last(&making->round->steps)->finding->place.line == finding->place.line))
		return false;
	/* Lines are counted for fixes in text order. */
	return document->elements.v[fix->element].start_tag.start >= making->end ||
	       (making->more_lines == 0 && lines_of(&fix->edits) == 0);
}

static void add_step(struct making *making, struct fix *fix, struct finding *finding)
{
	bool edited = fix->edits.list.n > 0;

	*vec_add(&making->round->steps) =
		(struct fix_step){finding, edited, making->more_lines};
	if (!edited)
		return;
	making->round->edited++;
	making->more_lines += lines_of(&fix->edits);
	making->end =
		MAX(making->end, document_whole(fix->check->document, fix->element).end);
	mark(making, fix->element);
	for (size_t i = 0; i < fix->edits.list.n; i++)
		*vec_add(&making->edits.list) = fix->edits.list.v[i];
	fix->edits.list.n = 0;
}

static bool add_fix(struct making *making, struct finding *finding)
{
	struct fix fix = {.check = making->check,
			  .finding = finding,
			  .edits = {.document = making->check->document}};
	bool fitting;

	if (making->round->steps.n > 0 && !finding->row->fix_is_local)
		return false;
	fix_make_edits(&fix);
	fitting = fits(making, &fix);
	if (fitting)
		add_step(making, &fix, finding);
	edits_free(&fix.edits);
	return fitting;
}

static int make(struct making *making, const fix_findings *wanted, struct error *error)
{
	int rc = 0;

	for (size_t i = 0; i < wanted->n && add_fix(making, wanted->v[i]); i++)
		if (!wanted->v[i]->row->fix_is_local)
			break;
	if (making->edits.list.n > 0)
		rc = edits_apply(&making->edits, &making->round->text, error);
	return rc;
}

int fix_round_make(const struct document *document, const struct check_options *options,
		   const fix_findings *wanted, struct fix_round *ret, struct error *error)
{
	_cleanup_guest_ struct guest guest = {};
	_cleanup_assignment_ struct assignment assignment = {};
	struct check check = {.document = document,
			      .guest = &guest,
			      .assignment = &assignment,
			      .options = options,
			      .host = options->host};
	struct making making = {.check = &check,
				.edits = {.document = document},
				.round = ret};
	int rc;

	*ret = (struct fix_round){};
	guest_init(&guest);
	if (guest_read(document, &guest, error) < 0)
		return -1;
	assign(&guest, options->target.libvirt, &assignment);
	check_make_indexes(&check);
	making.marks = xcalloc(document->elements.n, 1);
	rc = make(&making, wanted, error);
	free(making.marks);
	edits_free(&making.edits);
	check_free_indexes(&check);
	return rc;
}

void fix_round_free(struct fix_round *round)
{
	vec_free(&round->steps);
	text_free(&round->text);
}

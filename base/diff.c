/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Theory of operation. Lines become numbers, equal lines the same number. The shortest
 * edit script is found as in E. Myers, "An O(ND) Difference Algorithm and Its Variations"
 * (1986), section 4b: search from both ends until the two fronts meet, split there, and
 * continue in the two halves, so that memory use stays linear. A pair of texts with more
 * than COST_LIMIT differences between two meetings is not worth the search: the rest of
 * it counts as replaced.
 *
 * If a run of changed lines can be moved some lines up or down, it goes where its first
 * line is indented least and is not an end tag: what an XML author would consider the
 * inserted element.
 */
#include "base/diff.h"

#include "base/vec.h"

#define CONTEXT_LINES 3
#define COST_LIMIT    4000
#define NOWHERE       (-1) /* a diagonal that the search has not reached */

struct line {
	const char *s;
	size_t n; /* including the newline */
};

/* One of the two texts. */
struct side {
	VEC(struct line) lines;
	long *numbers; /* equal lines have equal numbers */
	bool *changed; /* one more than lines: the last is always false */
};

struct diff {
	struct side before, after;
	long *forward,
		*backward; /* furthest x by diagonal, from the middle of the block */
	long middle;
};

/* Lines [@before, @before_end) against [@after, @after_end). */
struct box {
	long before, before_end, after, after_end;
};

static void split(struct side *side, const char *text)
{
	while (*text) {
		const char *newline = strchr(text, '\n');
		size_t n = newline ? (size_t)(newline - text) + 1 : strlen(text);

		*vec_add(&side->lines) = (struct line){text, n};
		text += n;
	}
	side->numbers = xcalloc(side->lines.n + 1, sizeof(*side->numbers));
	side->changed = xcalloc(side->lines.n + 1, sizeof(*side->changed));
}

static void side_free(struct side *side)
{
	vec_free(&side->lines);
	free(side->numbers);
	free(side->changed);
}

/* A line and where its number is stored. */
struct hash_slot {
	struct line line;
	long *number;
};

static int compare_slots(const void *a, const void *b)
{
	const struct line *x = &((const struct hash_slot *)a)->line;
	const struct line *y = &((const struct hash_slot *)b)->line;
	int order = memcmp(x->s, y->s, MIN(x->n, y->n));

	return order ? order : (x->n > y->n) - (x->n < y->n);
}

static void number_lines(struct diff *diff)
{
	struct side *sides[] = {&diff->before, &diff->after};
	VEC(struct hash_slot) slots = {};
	long number = 0;

	for (size_t i = 0; i < ARRAY_SIZE(sides); i++)
		for (size_t j = 0; j < sides[i]->lines.n; j++)
			*vec_add(&slots) = (struct hash_slot){sides[i]->lines.v[j],
							      &sides[i]->numbers[j]};
	vec_sort(&slots, compare_slots);
	for (size_t i = 0; i < slots.n; i++) {
		if (i > 0 && compare_slots(&slots.v[i - 1], &slots.v[i]) != 0)
			number++;
		*slots.v[i].number = number;
	}
	vec_free(&slots);
}

/* The furthest x on diagonal @k (x - y) after one more step from its neighbours. */
static long step(const long *reached, long k, long n, long m)
{
	long right = reached[k - 1] == NOWHERE ? NOWHERE : reached[k - 1] + 1;
	long down = reached[k + 1];

	if (right > n || right - k > m)
		right = NOWHERE;
	if (down != NOWHERE && down - k > m)
		down = NOWHERE;
	return MAX(right, down);
}

/* The direction of a front: over the lines of both texts from one corner of the box. */
struct front {
	long *reached;
	const long *before, *after;
	int way; /* 1 or -1 */
};

/* Moves one front by one difference; true if it met the @other, at @ret_x, @ret_y. */
static bool advance(const struct front *front, const long *other, long d,
		    const struct box *box, long *ret_x, long *ret_y)
{
	long n = box->before_end - box->before, m = box->after_end - box->after;

	for (long k = -d; k <= d; k += 2) {
		long x = d == 0 ? 0 : step(front->reached, k, n, m);

		while (x != NOWHERE && x < n && x - k < m &&
		       front->before[front->way * x] ==
			       front->after[front->way * (x - k)])
			x++;
		front->reached[k] = x;
		if (x == NOWHERE || n - m - k < -d - 1 || n - m - k > d + 1 ||
		    other[n - m - k] == NOWHERE || x + other[n - m - k] < n)
			continue;
		*ret_x = x;
		*ret_y = x - k;
		return true;
	}
	return false;
}

static void clear(long *reached, long d)
{
	reached[-d - 1] = reached[d + 1] = NOWHERE;
}

/* A point on a shortest path through the box, in lines; false: beyond the cost limit. */
static bool find_middle(const struct diff *diff, const struct box *box, long *ret_before,
			long *ret_after)
{
	struct front forward = {
		.reached = diff->forward + diff->middle,
		.before = diff->before.numbers + box->before,
		.after = diff->after.numbers + box->after,
		.way = 1,
	};
	struct front backward = {
		.reached = diff->backward + diff->middle,
		.before = diff->before.numbers + box->before_end - 1,
		.after = diff->after.numbers + box->after_end - 1,
		.way = -1,
	};
	long x, y;

	clear(forward.reached, 0);
	clear(backward.reached, 0);
	forward.reached[0] = backward.reached[0] = NOWHERE;
	for (long d = 0; d < COST_LIMIT; d++) {
		clear(forward.reached, d);
		clear(backward.reached, d);
		if (advance(&forward, backward.reached, d, box, &x, &y)) {
			*ret_before = box->before + x;
			*ret_after = box->after + y;
			return true;
		}
		if (advance(&backward, forward.reached, d, box, &x, &y)) {
			*ret_before = box->before_end - x;
			*ret_after = box->after_end - y;
			return true;
		}
	}
	return false;
}

static void mark(bool *changed, long from, long to)
{
	for (; from < to; from++)
		changed[from] = true;
}

static void compare(struct diff *diff, struct box box)
{
	const long *before = diff->before.numbers, *after = diff->after.numbers;
	long middle_before, middle_after;

	while (box.before < box.before_end && box.after < box.after_end &&
	       before[box.before] == after[box.after]) {
		box.before++;
		box.after++;
	}
	while (box.before < box.before_end && box.after < box.after_end &&
	       before[box.before_end - 1] == after[box.after_end - 1]) {
		box.before_end--;
		box.after_end--;
	}
	if (box.before == box.before_end || box.after == box.after_end ||
	    !find_middle(diff, &box, &middle_before, &middle_after)) {
		mark(diff->before.changed, box.before, box.before_end);
		mark(diff->after.changed, box.after, box.after_end);
		return;
	}
	compare(diff, (struct box){box.before, middle_before, box.after, middle_after});
	compare(diff,
		(struct box){middle_before, box.before_end, middle_after, box.after_end});
}

/* How bad a line is as the first of a run: its indentation; end tags are worse. */
static long badness(const struct line *line)
{
	size_t indent = 0;

	while (indent < line->n && (line->s[indent] == ' ' || line->s[indent] == '\t'))
		indent++;
	if (indent + 1 < line->n && line->s[indent] == '<' && line->s[indent + 1] == '/')
		return 10000 + (long)indent;
	return (long)indent;
}

/*
 * Moves a run [@from, @to) of changed lines to where it reads best; returns that
 * position.
 */
static long slide(struct side *side, long from, long to)
{
	const long *numbers = side->numbers;
	long n = (long)side->lines.n, best = from, least = badness(&side->lines.v[from]);
	long length = to - from, at = from;

	while (at > 0 && !side->changed[at - 1] &&
	       numbers[at - 1] == numbers[at - 1 + length] &&
	       (at < 2 || !side->changed[at - 2])) {
		at--;
		if (badness(&side->lines.v[at]) < least)
			least = badness(&side->lines.v[best = at]);
	}
	at = from;
	while (at + length < n && !side->changed[at + length] &&
	       numbers[at] == numbers[at + length] &&
	       (at + length + 1 >= n || !side->changed[at + length + 1])) {
		at++;
		if (badness(&side->lines.v[at]) < least)
			least = badness(&side->lines.v[best = at]);
	}
	memset(side->changed + from, 0, (size_t)length);
	mark(side->changed, best, best + length);
	return best;
}

/* From the end, so that a run that moved down is not visited again. */
static void slide_all(struct side *side)
{
	long to = (long)side->lines.n, from, best;

	while (to > 0) {
		from = to;
		while (from > 0 && side->changed[from - 1])
			from--;
		best = from < to ? slide(side, from, to) : from;
		to = MIN(from, best) - 1;
	}
}

/* "@@ -12,3 +12,4 @@": an empty range is given by the line before it. */
static void add_range(struct text *text, char sign, long from, long to)
{
	text_printf(text, "%c%ld", sign, to > from ? from + 1 : from);
	if (to - from != 1)
		text_printf(text, ",%ld", to - from);
}

static void add_line(struct text *text, char sign, const struct line *line)
{
	text_addc(text, sign);
	text_add(text, line->s, line->n);
	if (line->s[line->n - 1] != '\n')
		text_adds(text, "\n\\ No newline at end of file\n");
}

static void add_hunk(struct text *text, const struct diff *diff, struct box hunk)
{
	const struct side *before = &diff->before, *after = &diff->after;

	text_adds(text, "@@ ");
	add_range(text, '-', hunk.before, hunk.before_end);
	text_addc(text, ' ');
	add_range(text, '+', hunk.after, hunk.after_end);
	text_adds(text, " @@\n");
	while (hunk.before < hunk.before_end || hunk.after < hunk.after_end) {
		if (hunk.before < hunk.before_end && before->changed[hunk.before]) {
			add_line(text, '-', &before->lines.v[hunk.before++]);
		} else if (hunk.after < hunk.after_end && after->changed[hunk.after]) {
			add_line(text, '+', &after->lines.v[hunk.after++]);
		} else {
			add_line(text, ' ', &before->lines.v[hunk.before++]);
			hunk.after++;
		}
	}
}

/* After the changed lines at the beginning of the rest. */
static void skip_changed(const struct diff *diff, struct box *box)
{
	while (diff->before.changed[box->before_end])
		box->before_end++;
	while (diff->after.changed[box->after_end])
		box->after_end++;
}

/* Whether there is a change @same lines after the box, which are unchanged. */
static bool changed_at(const struct diff *diff, const struct box *box, long same)
{
	return diff->before.changed[box->before_end + same] ||
	       diff->after.changed[box->after_end + same];
}

/*
 * The hunk that begins with the changes at @before, @after: up to where more unchanged
 * lines follow than two contexts.
 */
static struct box take_hunk(const struct diff *diff, long before, long after)
{
	struct box hunk = {before, before, after, after};
	long n = (long)diff->before.lines.n, context = MIN(before, CONTEXT_LINES), same;

	hunk.before -= context;
	hunk.after -= context;
	for (;;) {
		skip_changed(diff, &hunk);
		for (same = 0;
		     hunk.before_end + same < n && !changed_at(diff, &hunk, same);)
			same++;
		if (same > 2 * CONTEXT_LINES || !changed_at(diff, &hunk, same))
			break;
		hunk.before_end += same;
		hunk.after_end += same;
	}
	same = MIN(same, CONTEXT_LINES);
	hunk.before_end += same;
	hunk.after_end += same;
	return hunk;
}

static void add_hunks(struct text *text, const struct diff *diff)
{
	long before = 0, after = 0;

	while (before < (long)diff->before.lines.n || after < (long)diff->after.lines.n) {
		if (diff->before.changed[before] || diff->after.changed[after]) {
			struct box hunk = take_hunk(diff, before, after);

			add_hunk(text, diff, hunk);
			before = hunk.before_end;
			after = hunk.after_end;
		} else {
			before++;
			after++;
		}
	}
}

void text_add_diff(struct text *text, const char *old_name, const char *before,
		   const char *new_name, const char *after)
{
	struct diff diff = {.middle = COST_LIMIT + 1};

	if (streq(before, after))
		return;
	split(&diff.before, before);
	split(&diff.after, after);
	number_lines(&diff);
	diff.forward = xcalloc(2 * (size_t)diff.middle + 1, sizeof(long));
	diff.backward = xcalloc(2 * (size_t)diff.middle + 1, sizeof(long));
	compare(&diff,
		(struct box){0, (long)diff.before.lines.n, 0, (long)diff.after.lines.n});
	slide_all(&diff.before);
	slide_all(&diff.after);
	text_printf(text, "--- %s\n+++ %s\n", old_name, new_name);
	add_hunks(text, &diff);
	side_free(&diff.before);
	side_free(&diff.after);
	free(diff.forward);
	free(diff.backward);
}

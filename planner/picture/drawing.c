/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/picture/drawing.h"

#include "planner/picture/pair-parts.h"

#include <stdio.h>
#include <stdlib.h>

const char *pair_quality_class(enum pair_quality quality)
{
	static const char *const classes[] = {
		[PAIR_LOCAL] = "good",
		[PAIR_PACKAGE] = "fair",
		[PAIR_REMOTE] = "poor",
		[PAIR_UNKNOWN] = "unsure",
	};

	return classes[quality];
}

void side_free(struct side *side)
{
	free(side->title);
	parts_free(&side->parts);
}

static void begin_side(const struct drawing *drawing, const struct machine *machine,
		       const char *prefix, struct side *ret)
{
	struct part_options options = {.prefix = prefix, .name = drawing->name};

	parts_of(machine, &options, &ret->parts);
}

size_t drawing_sides(const struct drawing *drawing, struct side *ret)
{
	bool letters = drawing->n_guests > 1;
	size_t n = 0, first = 1;
	const struct parts *host = NULL;

	if (drawing->host) {
		begin_side(drawing, drawing->host, "host", &ret[n]);
		ret[n].title = xasprintf("host: %s", drawing->host_title);
		if (drawing->n_guests)
			annotate_host(&ret[n].parts, drawing->guests, drawing->n_guests,
				      letters);
		host = &ret[n++].parts;
	}
	for (size_t i = 0; i < drawing->n_guests; i++) {
		const struct pair *pair = &drawing->guests[i];
		_cleanup_free_ char *letter = guest_letter(i, letters);
		_cleanup_free_ char *prefix = xasprintf("guest%zu", i + 1);

		begin_side(drawing, &pair->guest, prefix, &ret[n]);
		ret[n].pair = pair;
		ret[n].title = xasprintf("guest%s%s: %s", *letter ? " " : "", letter,
					 pair->title);
		annotate_guest(&ret[n].parts, pair, host, first);
		first += pair->findings.n;
		n++;
	}
	return n;
}

char *drawing_title(const struct drawing *drawing, const struct side *sides, size_t n)
{
	if (n == 1)
		return xstrdup(sides[0].title);
	if (!drawing->host)
		return xasprintf("%zu guests", n);
	if (n == 2)
		return xasprintf("%s, %s", sides[0].title, sides[1].title);
	return xasprintf("%s, %zu guests", sides[0].title, n - 1);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * html.c - a drawing as one HTML document without anything from elsewhere. The frames are
 * <details>, so they fold without a script; page/page.js adds lines, search and views.
 */
#include "planner/picture/html-parts.h"

#include "base/jsonw.h"
#include "planner/picture/pair-parts.h"

#include <stdio.h>
#include <stdlib.h>

extern const char page_css[], page_js[];

void html_words(struct text *text, const char *words)
{
	_cleanup_text_ struct text shown = {};

	text_add_drawable(&shown, words);
	text_add_xml(text, shown.n ? shown.s : "");
}

void html_element(struct text *text, const char *name, const char *class,
		  const char *words)
{
	text_printf(text, "<%s", name);
	if (class)
		text_printf(text, " class=\"%s\"", class);
	text_adds(text, ">");
	html_words(text, words);
	text_printf(text, "</%s>", name);
}

static void add_head(struct text *text, const char *title)
{
	text_adds(
		text,
		"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		"style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n"
		"<meta name=\"viewport\" content=\"width=device-width\">\n");
	html_element(text, "title", NULL, title);
	text_printf(text, "\n<style>\n%s</style>\n</head>\n<body>\n<header>\n", page_css);
	html_element(text, "h1", NULL, title);
	text_adds(text, "\n</header>\n");
}

static void add_tools(struct text *text, bool both)
{
	static const char *const views[][2] = {{"host", "Host"},
					       {"guest", "Guests"},
					       {"both", "Both"}};

	text_adds(text, "<div class=\"tools\" role=\"toolbar\" aria-label=\"Picture\">\n"
			"<label>Search <input id=\"search\" type=\"search\"></label>"
			"<span id=\"count\" class=\"m\" role=\"status\"></span>\n");
	for (size_t i = 0; both && i < ARRAY_SIZE(views); i++)
		text_printf(
			text,
			"<button type=\"button\" data-view=\"%s\" aria-pressed=\"false\">%s</button>\n",
			views[i][0], views[i][1]);
	text_adds(text,
		  "<button type=\"button\" id=\"fold\">Fold or unfold all</button>\n"
		  "<span class=\"m\">/ searches, arrows move, Enter goes to the "
		  "partner</span>\n</div>\n");
}

static void add_column(struct text *text, const char *name, const struct side *sides,
		       size_t n)
{
	if (n == 0)
		return;
	text_printf(text, "<div class=\"column\" data-column=\"%s\">\n", name);
	for (size_t i = 0; i < n; i++)
		html_side(text, &sides[i]);
	text_adds(text, "</div>\n");
}

/* "guest1-function-0000-65-00-0"; NULL if it is not shown. */
static const char *id_of(const struct parts *parts, int function)
{
	int part = function >= 0 ? parts->of_function[function] : -1;

	return part >= 0 ? parts->list.v[part].id : NULL;
}

static const char *node_id_of(const struct parts *parts, int node)
{
	for (size_t i = 0; node >= 0 && i < parts->list.n; i++)
		if (parts->list.v[i].node == node && parts->list.v[i].kind != PART_CPUS)
			return parts->list.v[i].id;
	return NULL;
}

static void add_way(struct jsonw *json, const char *from, const char *to,
		    const char *class, const char *title)
{
	if (!from || !to)
		return;
	jsonw_object(json, NULL);
	jsonw_string(json, "from", from);
	jsonw_string(json, "to", to);
	jsonw_string(json, "class", class);
	jsonw_string(json, "title", title);
	jsonw_end_object(json);
}

static void add_cell_ways(struct jsonw *json, const struct parts *host,
			  const struct side *guest)
{
	for (size_t i = 0; i < guest->pair->cells.n; i++) {
		const struct pair_cell *cell = &guest->pair->cells.v[i];
		_cleanup_set_ struct set nodes = pair_cell_nodes(cell);

		set_foreach (id, &nodes) {
			const struct machine_node *node = machine_node(host->machine, id);
			_cleanup_free_ char *title =
				xasprintf("host node %d, cell %d%s", id, cell->id,
					  cell->bound
						  ? ""
						  : ", whose memory is not bound to it");

			if (node)
				add_way(json,
					node_id_of(host,
						   (int)(node - host->machine->nodes.v)),
					node_id_of(&guest->parts, cell->node),
					cell->bound ? "bound" : "unsure", title);
		}
	}
}

/* As JSON in which no markup can begin. */
static void add_ways(struct text *text, const struct side *sides, size_t n, bool host)
{
	_cleanup_text_ struct text list = {};
	struct jsonw json = {.out = &list, .compact = true};

	jsonw_array(&json, NULL);
	for (size_t i = 1; host && i < n; i++) {
		const struct pair *pair = sides[i].pair;

		add_cell_ways(&json, &sides[0].parts, &sides[i]);
		for (size_t j = 0; j < pair->links.n; j++)
			add_way(&json, id_of(&sides[0].parts, pair->links.v[j].host),
				id_of(&sides[i].parts, pair->links.v[j].guest),
				pair_quality_class(pair->links.v[j].quality),
				pair_quality_name(pair->links.v[j].quality));
	}
	jsonw_end_array(&json);
	text_adds(text, "<script type=\"application/json\" id=\"data\">");
	for (size_t i = 0; i < list.n; i++) {
		if (list.s[i] == '<')
			text_adds(text, "\\u003c");
		else
			text_addc(text, list.s[i]);
	}
	text_adds(text, "</script>\n");
}

static void add_finding(struct text *text, const struct side *side,
			const struct pair_finding *finding, size_t number)
{
	const struct finding *found = &finding->finding;
	int part = part_of_finding(&side->parts, finding);
	const char *id = part >= 0 ? side->parts.list.v[part].id : NULL;

	text_printf(text, "<li id=\"finding-%zu\"><span class=\"%s\">", number,
		    severity_name(found->severity));
	if (id)
		text_printf(text, "<a href=\"#%s\">", id);
	text_printf(text, "%s %s", severity_name(found->severity), found->rule);
	text_printf(text, "%s (line %ld)</span>: ", id ? "</a>" : "", found->place.line);
	html_words(text, found->message);
	if (found->remedy) {
		text_adds(text, " <b>Fix:</b> ");
		html_words(text, found->remedy);
	}
	if (found->fixable)
		text_adds(text, " <span class=\"m\">(check --fix does this)</span>");
	text_adds(text, "</li>\n");
}

static void add_findings(struct text *text, const struct side *sides, size_t n)
{
	size_t number = 0;

	for (size_t i = 0; i < n; i++) {
		const struct pair *pair = sides[i].pair;

		for (size_t j = 0; pair && j < pair->findings.n; j++) {
			if (number++ == 0)
				text_adds(
					text,
					"<section class=\"extra\" aria-label=\"Findings\">\n"
					"<h2>Findings</h2>\n<ol>\n");
			add_finding(text, &sides[i], &pair->findings.v[j], number);
		}
	}
	if (number)
		text_adds(text, "</ol>\n</section>\n");
	else if (n && sides[n - 1].pair)
		text_adds(text, "<section class=\"extra\" aria-label=\"Findings\">\n"
				"<p class=\"m\">check has no findings</p>\n</section>\n");
}

void text_add_drawing_html(struct text *text, const struct drawing *drawing)
{
	struct side *sides = xcalloc(drawing->n_guests + 1, sizeof(*sides));
	size_t n = drawing_sides(drawing, sides), hosts = drawing->host ? 1 : 0;
	_cleanup_free_ char *title = drawing_title(drawing, sides, n);

	add_head(text, title);
	add_tools(text, hosts && n > 1);
	text_printf(text, "<main%s>\n", hosts && n > 1 ? "" : " class=\"alone\"");
	add_column(text, "host", sides, hosts);
	add_column(text, "guest", sides + hosts, n - hosts);
	text_adds(text, "<svg id=\"links\" aria-hidden=\"true\"></svg>\n</main>\n");
	add_findings(text, sides, n);
	for (size_t i = 0; i < n; i++)
		html_tables(text, &sides[i]);
	text_adds(text, "<aside id=\"card\" role=\"status\" aria-live=\"polite\" "
			"aria-label=\"Device\"></aside>\n");
	add_ways(text, sides, n, hosts == 1);
	text_printf(text, "<script>\n%s</script>\n</body>\n</html>\n", page_js);
	for (size_t i = 0; i < n; i++)
		side_free(&sides[i]);
	free(sides);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* draw.c - `draw`: machines, guests, and a host with its guests as one picture. */
#include "commands/commands.h"

#include "base/file.h"
#include "commands/connect.h"
#include "commands/source.h"
#include "planner/picture/drawing.h"
#include "planner/picture/picture.h"
#include "topology/pci-access.h"

struct wish {
	struct connect_wish connect;
	struct source_options source;
	const char *host, *output;
	enum draw_format { FORMAT_SVG, FORMAT_HTML } format;
	bool ids;
};

static const struct option_row rows[] = {
	{OPTION_TABLE(connect_rows, struct wish, connect)},
	{"host", 0, "SOURCE", "draw this host next to the domains",
	 SET_FILE(struct wish, host)},
	{"output", 'o', "FILE", "write to FILE instead of standard output",
	 SET_FILE(struct wish, output)},
	{"format", 'O', "FORMAT",
	 "what to write (default: html if FILE ends in .html or .htm)", "svg|html",
	 SET_CHOICE(struct wish, format)},
	{"ids", 0, NULL,
	 "show vendor and device IDs instead of models, which are those of the installed list of PCI names",
	 SET_TRUE(struct wish, ids)},
	{"locality", 0, "BUSES=NODE",
	 "NUMA node of root buses whose node the firmware does not report, for example 0000:80-ff=1; can be repeated",
	 SET_WITH(source_set_locality, struct wish, source)},
	{"target", 0, "libvirt=V,qemu=V",
	 "versions that choose the addresses in a domain, or \"installed\" (default: from the domain)",
	 SET_WITH(source_set_target, struct wish, source)},
	{},
};

/* What the arguments are: at most one machine, or domains. */
struct read {
	struct machine machine, host;
	bool is_machine;
	VEC(struct document *) domains; /* owned */
	struct pair *guests;
	size_t n_guests;
};

static void read_free(struct read *read)
{
	for (size_t i = 0; i < read->n_guests; i++)
		pair_free(&read->guests[i]);
	free(read->guests);
	for (size_t i = 0; i < read->domains.n; i++) {
		document_free(read->domains.v[i]);
		free(read->domains.v[i]);
	}
	vec_free(&read->domains);
	machine_free(&read->machine);
	machine_free(&read->host);
}

static void wish_free(struct wish *wish)
{
	source_options_free(&wish->source);
}

static int read_one(const struct wish *wish, const char *name, bool alone,
		    struct read *ret, struct error *error)
{
	struct document *document = xcalloc(1, sizeof(*document));

	*vec_add(&ret->domains) = document;
	if (connect_wanted(&wish->connect))
		return connect_read_document(&wish->connect, name, document, error);
	if (source_read_either(name, &wish->source, &ret->machine, document, error) < 0)
		return -1;
	if (document->name)
		return 0;
	ret->is_machine = true;
	if (wish->host)
		return error_input(error,
				   "%s: is not a domain; the host is that of --host",
				   name);
	if (!alone)
		return error_input(
			error,
			"%s: is not a domain; a machine is drawn alone, or as --host with domains",
			name);
	return 0;
}

static int read_guests(const struct wish *wish, struct read *ret, struct error *error)
{
	struct pair_wish pair = {.host = wish->host ? &ret->host : NULL,
				 .target = &wish->source.target};

	ret->guests = xcalloc(ret->domains.n + 1, sizeof(*ret->guests));
	for (size_t i = 0; i < ret->domains.n; i++) {
		ret->n_guests++;
		if (pair_read(ret->domains.v[i], &pair, &ret->guests[i], error) < 0)
			return -1;
		source_show_complaints(&ret->guests[i].guest);
	}
	return 0;
}

static int read_host(const struct wish *wish, struct machine *ret, struct error *error)
{
	struct source_options options = {.facts = true};

	if (source_read_option("host", wish->host, &options, ret, error) < 0)
		return -1;
	source_show_complaints(ret);
	return 0;
}

static int read_all(const struct options *options, const struct wish *wish,
		    struct read *ret, struct error *error)
{
	if (wish->host && read_host(wish, &ret->host, error) < 0)
		return -1;
	for (int i = 0; i < options->n_args; i++)
		if (read_one(wish, options->args[i], options->n_args == 1, ret, error) <
		    0)
			return -1;
	if (options->n_args == 0 && !wish->host &&
	    read_one(wish, "live", true, ret, error) < 0)
		return -1;
	if (ret->is_machine)
		source_show_complaints(&ret->machine);
	return ret->is_machine ? 0 : read_guests(wish, ret, error);
}

static void add_picture(struct text *text, const struct wish *wish, const char *source,
			const struct read *read)
{
	struct drawing drawing = {
		.host = wish->host ? &read->host : NULL,
		.host_title = wish->host ? picture_title(wish->host) : NULL,
		.guests = read->guests,
		.n_guests = read->n_guests,
		.name = wish->ids ? NULL : text_add_pci_model,
	};
	struct picture_options machine = {.title = picture_title(source),
					  .parts.name = drawing.name};

	if (wish->format == FORMAT_HTML) {
		if (read->is_machine) {
			drawing.host = &read->machine;
			drawing.host_title = machine.title;
		}
		text_add_drawing_html(text, &drawing);
	} else if (read->is_machine) {
		text_add_machine_svg(text, &read->machine, &machine);
	} else if (read->n_guests == 0) {
		machine.title = drawing.host_title;
		text_add_machine_svg(text, &read->host, &machine);
	} else {
		text_add_drawing_svg(text, &drawing);
	}
}

static int run(const struct options *options, struct error *error)
{
	_cleanup_(wish_free) struct wish wish = {};
	_cleanup_(read_free) struct read read = {};
	_cleanup_text_ struct text text = {};

	if (options_set(options, &wish, 0, INT16_MAX, error) < 0 ||
	    connect_check(&wish.connect, error) < 0)
		return -1;
	if (!options_given(options, "format") && wish.output &&
	    (has_suffix(wish.output, ".html") || has_suffix(wish.output, ".htm")))
		wish.format = FORMAT_HTML;
	if (wish.connect.uri && options->n_args == 0)
		return error_input(error, "--connect needs the name of a domain");
	if (source_find_target(&wish.source, error) < 0 ||
	    read_all(options, &wish, &read, error) < 0)
		return -1;
	add_picture(&text, &wish, options->n_args ? options->args[0] : NULL, &read);
	return file_write(wish.output, text.s, text.n, error) < 0 ? -1 : STATUS_OK;
}

const struct command draw_command = {
	.name = "draw",
	.args = "[SOURCE | DOMAIN...]",
	.summary = "Draw a machine, guests, or a host with its guests",
	.about =
		"Draws a machine, or what the guests of domains will see, with what `check` finds in\nthem. With --host, the host and the guests are next to each other, and lines lead\nfrom its devices and nodes to what stands for them. SOURCE defaults to live. With\n--connect, arguments are names, UUIDs or ids of domains of libvirt.\n\n" SOURCE_HELP,
	.rows = rows,
	.run = run,
};

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * check-loader.c - which attributes of <loader> and <nvram> go together, and with
 * firmware=. What libvirt 9.0, 11.3 and 12.9 refuse was tried with some 200 domains.
 */
#include "planner/check/rules.h"

/* The first libvirt that takes them together with firmware= (NEWS.rst). */
#define SELECTS_BY_LOADER VERSION_OF(9, 2)
/* The versions that were tried: up to the first one, and from the second one on. */
#define OLDER VERSION_OF(11, 4)
#define NEWER VERSION_OF(12, 9)

/* <loader> and <nvram>; without an element, nothing is given. */
struct loader {
	int element, nvram;
	const char *path; /* NULL: none */
	const char *type, *readonly, *stateless, *format;
	const char *secure;
};

static const char *attribute_of(const struct check *check, int element, const char *name)
{
	return element >= 0 ? document_attribute(check->document, element, name) : NULL;
}

static struct loader loader_of(const struct check *check)
{
	int element = document_find(check->document, 0, "os/loader");
	const char *path = check->guest->loader;

	return (struct loader){
		.element = element,
		.nvram = document_find(check->document, 0, "os/nvram"),
		.path = path && *path ? path : NULL,
		.type = attribute_of(check, element, "type"),
		.readonly = attribute_of(check, element, "readonly"),
		.stateless = attribute_of(check, element, "stateless"),
		.format = attribute_of(check, element, "format"),
		.secure = attribute_of(check, element, "secure"),
	};
}

/* What an older libvirt does not take together with firmware=; NULL: nothing. */
static const char *not_selectable(const struct loader *loader)
{
	if (loader->path)
		return "A path in <loader>";
	if (loader->type)
		return "type= of <loader>";
	if (loader->readonly)
		return "readonly= of <loader>";
	return streq_null(loader->secure, "no") ? "secure='no' of <loader>" : NULL;
}

static void judge_selected(struct check *check, const struct loader *loader)
{
	const char *what = not_selectable(loader);
	int element = what ? loader->element : loader->nvram;
	struct finding *finding;

	if (!what && attribute_of(check, loader->nvram, "template"))
		what = "template= of <nvram>";
	if (!what || check->options->target.libvirt >= SELECTS_BY_LOADER)
		return;
	finding = check_found(check, element,
			      "%s is given together with firmware='%s', which libvirt "
			      "before 9.2 refuses.",
			      what, check->guest->firmware);
	if (has_prefix(what, "secure"))
		check_set_remedy(
			finding,
			"Remove it, and write <firmware><feature enabled='no' name='secure-boot'/></firmware> in <os>.");
	else
		check_set_remedy(finding,
				 "Remove it, or remove firmware= and name the files.");
}

/* Of a combination that only older or only newer versions refuse. */
static void say(struct check *check, int element, bool newer, const char *what,
		const char *to_fix)
{
	unsigned libvirt = check->options->target.libvirt;

	if (newer ? libvirt < OLDER : libvirt >= NEWER)
		return;
	if (newer ? libvirt >= NEWER : libvirt < OLDER)
		check_set_remedy(check_found(check, element, "%s", what), "%s", to_fix);
	else
		check_set_remedy(check_warned(check, element, "%s libvirt %s refuses it.",
					      what, newer ? "12.9" : "11.3"),
				 "%s", to_fix);
}

/* A loader that libvirt takes for a ROM: all that are not flash. */
static void judge_rom(struct check *check, const struct loader *loader)
{
	if (streq_null(loader->stateless, "no"))
		say(check, loader->element, false,
		    "The loader has stateless='no', but only one of type pflash stores variables.",
		    "Write type='pflash', or remove stateless=.");
	if (!loader->path)
		return;
	if (streq_null(loader->readonly, "no"))
		say(check, loader->element, true,
		    "The loader has readonly='no', but a ROM cannot be written to.",
		    "Write type='pflash', or remove readonly=.");
	else if (loader->format && !streq(loader->format, "raw"))
		say(check, loader->element, true,
		    "The loader has another format than raw, but a ROM has no other.",
		    "Write type='pflash', or format='raw'.");
}

static void loader_attributes(struct check *check)
{
	struct loader loader = loader_of(check);
	const char *firmware = check->guest->firmware;
	bool flash = streq_null(loader.type, "pflash");

	if (firmware)
		judge_selected(check, &loader);
	else if (loader.element >= 0 && !loader.path)
		check_found(
			check, loader.element,
			"<loader> has no path, and <os> has no firmware= to select one.");
	if (firmware ? streq(firmware, "bios") && !flash : loader.path && !flash)
		judge_rom(check, &loader);
	else if (loader.path && loader.nvram >= 0 && streq_null(loader.readonly, "no"))
		say(check, loader.nvram, true,
		    "There is an <nvram>, but the loader has readonly='no' and stores the variables itself.",
		    "Remove <nvram>, or write readonly='yes'.");
}

const struct rule loader_rules[] = {
	{RULE("loader-attributes", loader_attributes, ERROR, 0, LIBVIRT),
	 .what = "A <loader> has a path if <os> has no firmware=, and its attributes go together.",
	 .why = "libvirt refuses the domain otherwise. Before 9.2 it refuses a path, type=, readonly= and secure='no' of <loader> and template= of <nvram> together with firmware=. Up to 11.3 at least, it refuses stateless='no' without type='pflash'; 12.9 accepts this, but refuses readonly='no' and other formats than raw without type='pflash', and an <nvram> together with readonly='no'. With versions in between, there is only a warning.",
	 .to_fix =
		 "Write the path of the firmware in <loader>, or write <os firmware='efi'>.",
	 .source = "tested with libvirt 9.0, 11.3 and 12.9", .remedy = REMEDY_EDIT},
	{},
};

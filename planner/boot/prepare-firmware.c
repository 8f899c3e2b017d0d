/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* prepare-firmware.c - the firmware of a dry boot: copies, without keys. */
#include "planner/boot/prepare.h"

#include "base/mem.h"
#include "planner/boot/prepare-parts.h"

char *prepare_loader(const struct document *domain)
{
	int loader = document_find(domain, 0, "os/loader");
	_cleanup_free_ char *path = loader < 0 ? NULL : document_content(domain, loader);

	return path && *path ? TAKE(path) : NULL;
}

char *prepare_template(const struct document *domain)
{
	int nvram = document_find(domain, 0, "os/nvram");

	return nvram < 0 ? NULL : xstrdup(document_attribute(domain, nvram, "template"));
}

static void note_firmware(struct prepare *p, const char *what, int element, char *planned,
			  const char *booted)
{
	struct substitution *s = prepare_note(p, what, element);

	s->planned = planned;
	s->booted = xstrdup(booted);
	s->why = "QEMU must not write to files of the original domain";
}

void prepare_firmware(struct prepare *p, struct want *os)
{
	int loader = document_find(p->domain, 0, "os/loader");
	int nvram = document_find(p->domain, 0, "os/nvram");
	_cleanup_free_ char *template = prepare_template(p->domain);
	struct want *want;
	char *path = prepare_loader(p->domain);

	if (path) {
		want_content(want_child(os, "loader"), "%s/" BOOT_LOADER,
			     p->options->root);
		note_firmware(p, "firmware", loader, path, "a copy of it");
	}
	if (nvram < 0)
		return;
	note_firmware(p, "firmware variables", nvram, document_content(p->domain, nvram),
		      "a new file");
	want = want_child(os, "nvram");
	want_content(want, "%s/nvram.fd", p->options->root);
	if (template)
		want_set(want, "template", "%s/" BOOT_TEMPLATE, p->options->root);
}

static void note_no_keys(struct prepare *p, int element)
{
	struct substitution *s = prepare_note(p, "Secure Boot", element);

	s->planned = xstrdup("enrolled keys");
	s->booted = xstrdup("no keys");
	s->why = BOOT_NO_KEYS;
}

/* One of the features by which libvirt chooses firmware, or -1. */
static int find_feature(const struct document *domain, const char *name)
{
	int e = document_find(domain, 0, "os/firmware/feature");

	while (e >= 0 && !streq_null(document_attribute(domain, e, "name"), name))
		e = document_next(domain, e, "feature");
	return e;
}

static bool attribute_is_yes(const struct document *domain, int element, const char *name)
{
	return element >= 0 &&
	       streq_null(document_attribute(domain, element, name), "yes");
}

void prepare_keys(struct prepare *p, int os)
{
	int feature = find_feature(p->domain, "enrolled-keys");
	int parent = document_child(p->domain, os, "firmware");
	int loader = document_child(p->domain, os, "loader");
	bool secure = loader >= 0 && attribute_is_yes(p->domain, loader, "secure");
	struct want *want;

	secure |= attribute_is_yes(p->domain, find_feature(p->domain, "secure-boot"),
				   "enabled");
	if (!document_attribute(p->domain, os, "firmware") ||
	    (feature < 0 ? !secure : !attribute_is_yes(p->domain, feature, "enabled")))
		return;
	want = want_new("feature");
	want_set(want, "enabled", "no");
	want_set(want, "name", "enrolled-keys");
	if (feature >= 0)
		edit_merge(&p->edits, feature, want);
	else if (parent >= 0)
		edit_insert(&p->edits, parent, -1, want);
	want_free(want);
	if (parent < 0) {
		want = want_new("firmware");
		want_set(want_set(want_child(want, "feature"), "enabled", "no"), "name",
			 "enrolled-keys");
		edit_insert(&p->edits, os, -1, want);
		want_free(want);
	}
	note_no_keys(p, feature >= 0 ? feature : os);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Theory of operation. The domain is filtered twice by the list of what is kept
 * (prepare-rows.c): first before prepare-devices.c and similar files insert our back
 * ends, when everything that is removed is listed as a substitution; and again at the
 * end, when only our own elements may contain a path. So a mistake in between does not
 * let anything of the domain through.
 */
#include "planner/boot/prepare-parts.h"

#include "planner/boot/prepare.h"
#include "planner/boot/prepare-rows.h"
#include "planner/qemu/qemu-space.h"

#include "base/mem.h"

#define UNLISTED "a dry boot keeps only known elements, and this is not one of them"

struct keeper {
	struct prepare *p;
	bool finished;
	struct text path; /* below <domain> */
};

/* Why well-known elements are removed; all others are not known to be harmless. */
static const struct reason {
	const char *path, *what, *why;
} reasons[] = {
	{"numatune", "host placement",
	 "a dry boot may run on another host than the guest"},
	{"cputune", "host placement",
	 "a dry boot may run on another host than the guest"},
	{"resource", "host placement", "a dry boot uses no cgroup"},
	{"memtune", "host limits", "a dry boot locks no memory"},
	{"blkiotune", "host limits", "a dry boot uses no disks of the host"},
	{"memoryBacking", "memory backing", "a dry boot uses no huge pages"},
	{"launchSecurity", "launch security", "needs this host's processor"},
	{"keywrap", "key wrapping", "needs this host's processor"},
	{"seclabel", "security label", "nothing of the host is opened"},
	{"sysinfo", "system information", "may name files on this host"},
	{"idmap", "user mapping", "is for containers"},
	{"genid", "generation ID", "it describes the original guest"},
	{"vcpu@cpuset", "host placement",
	 "a dry boot may run on another host than the guest"},
	{"os/bootmenu", "boot menu", "a dry boot has no display"},
	{"devices/graphics", "graphics", "a dry boot has no display"},
	{"devices/audio", "audio", "a dry boot has no sound"},
	{"devices/redirdev", "redirected device", "needs a client"},
	{"devices/redirfilter", "redirected device", "needs a client"},
	{"devices/smartcard", "smart card", "needs a client"},
	{"devices/tpm", "tpm",
	 "needs an emulator in addition to QEMU; it is not a PCI device"},
	{"devices/parallel", "parallel port", "needs a device of the host"},
	{"devices/hostdev", "host device", "would take a device from this host"},
	{"devices/filesystem", "file system", "would share a directory of this host"},
	{"devices/shmem", "shared memory", "would be created on this host"},
	{"devices/vsock", "vsock", "needs a context ID (CID) on this host"},
	{"devices/panic", "panic device",
	 "a panic ends the boot anyway; it is not a PCI device"},
	{"devices/pstore", "pstore", "would open a file on this host"},
	{"devices/lease", "lease", "would take a lock on this host"},
	{"devices/crypto", "crypto device", "its back end is on this host"},
	{"devices/input", "input device", "would take a device from this host"},
};

/* Texts for people and other programs; neither QEMU nor the guest gets them. */
static const char *const silent[] = {"metadata", "title", "description"};

static const struct reason *reason_for(const char *path)
{
	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++)
		if (streq(reasons[i].path, path))
			return &reasons[i];
	return NULL;
}

/* Whether a pattern is a path; "*" is any one step. */
static bool matches(const char *pattern, const char *path)
{
	while (*pattern && *path) {
		if (*pattern == '*') {
			pattern++;
			path += strcspn(path, "/");
		} else if (*pattern++ != *path++) {
			return false;
		}
	}
	return *pattern == *path;
}

static const struct keep_row *row_for(const char *path)
{
	const struct keep_row *row = keep_rows;

	while (row->path && !matches(row->path, path))
		row++;
	return row->path ? row : NULL;
}

static bool is_word(const char *value)
{
	size_t n = strspn(
		value,
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:+,^");

	return value[n] == '\0' && n <= 4096;
}

static bool among(const char *words, size_t n, const char *value)
{
	size_t length = strlen(value);

	for (const char *word = words; word < words + n; word += strcspn(word, ",") + 1)
		if (strncmp(word, value, length) == 0 &&
		    (word + length == words + n || word[length] == ','))
			return true;
	return false;
}

static bool is_ours(const struct keeper *keeper, const char *value)
{
	const struct prepare_options *options = keeper->p->options;
	size_t n = strlen(options->root);

	return (strncmp(value, options->root, n) == 0 && value[n] == '/' &&
		!strstr(value, "/..")) ||
	       streq_null(value, options->kernel) || streq_null(value, options->initrd) ||
	       streq_null(value, options->emulator);
}

/* An item of a row's attributes: [^]NAME[=VALUE,...][!]. */
struct wanted {
	const char *name, *values; /* values; NULL: any word */
	size_t n_name, n_values;
	bool replaced, needed;
};

static bool next_wanted(const char **words, struct wanted *ret)
{
	const char *at = *words + strspn(*words, " ");
	size_t n = strcspn(at, " "), n_name;

	if (n == 0)
		return false;
	*words = at + n;
	*ret = (struct wanted){.replaced = *at == '^', .needed = at[n - 1] == '!'};
	at += ret->replaced;
	n -= (size_t)ret->replaced + ret->needed;
	n_name = strcspn(at, "= !");
	ret->name = at;
	ret->n_name = MIN(n_name, n);
	if (ret->n_name < n) {
		ret->values = at + n_name + 1;
		ret->n_values = n - n_name - 1;
	}
	return true;
}

static bool find_wanted(const struct keep_row *row, const char *name, struct wanted *ret)
{
	const char *words = row->attributes;

	while (next_wanted(&words, ret))
		if (strlen(name) == ret->n_name &&
		    strncmp(name, ret->name, ret->n_name) == 0)
			return true;
	return false;
}

static bool keeps_value(const struct keeper *keeper, const struct wanted *wanted,
			const char *value)
{
	if (wanted->replaced && !keeper->finished)
		return true;
	if (wanted->values)
		return among(wanted->values, wanted->n_values, value);
	return wanted->replaced ? is_ours(keeper, value) : is_word(value);
}

/* Whether an attribute that the element needs is missing or not kept. */
static bool lacks(const struct keeper *keeper, const struct keep_row *row, int element)
{
	const char *words = row->attributes;
	struct wanted wanted;

	while (next_wanted(&words, &wanted)) {
		_cleanup_free_ char *name = xstrndup(wanted.name, wanted.n_name);
		const char *value = document_attribute(keeper->p->domain, element, name);

		if (wanted.needed && (!value || !keeps_value(keeper, &wanted, value)))
			return true;
	}
	return false;
}

static bool keeps_content(const struct keeper *keeper, const struct keep_row *row,
			  int element)
{
	_cleanup_free_ char *content = document_content(keeper->p->domain, element);

	switch (row->content) {
	case HOLDS_NUMBER:
	case HOLDS_WORD:
		return is_word(content);
	case HOLDS_TEXT:
		return true;
	case HOLDS_OURS:
		return !keeper->finished || !*content || is_ours(keeper, content) ||
		       streq(content, "/dev/urandom") ||
		       (streq(row->path, "os/cmdline") &&
			has_prefix(content, "console="));
	case HOLDS_NOTHING:
	case HOLDS_PIECES:
		break;
	}
	return !*content || streq(row->path, "") || streq(row->path, "devices");
}

/* Back ends are passed to the code that replaces them; afterwards only ours may exist. */
static bool has_ours(const struct keeper *keeper, int element)
{
	const struct document_element *e = &keeper->p->domain->elements.v[element];

	for (const struct tree_attribute *a = tree_attributes(e->node);
	     a < tree_attributes_end(e->node); a++)
		if (!a->ns && is_ours(keeper, a->value))
			return true;
	return false;
}

static bool is_kept(const struct keeper *keeper, const struct keep_row *row, int element)
{
	if (!row || keeper->p->domain->elements.v[element].node->ns)
		return false;
	if (row->passing)
		return !keeper->finished || has_ours(keeper, element) ||
		       (row->content == HOLDS_OURS &&
			keeps_content(keeper, row, element));
	return !lacks(keeper, row, element) && keeps_content(keeper, row, element);
}

/* What libvirt only stores for others, and what prepare-commandline.c lists. */
static bool is_silent(const struct keeper *keeper, int element)
{
	const xmlNode *node = keeper->p->domain->elements.v[element].node;

	if (node->ns)
		return streq((const char *)node->ns->href, QEMU_SPACE) &&
		       (streq((const char *)node->name, "commandline") ||
			streq((const char *)node->name, "override"));
	for (size_t i = 0; i < ARRAY_SIZE(silent); i++)
		if (streq(silent[i], keeper->path.s))
			return true;
	return false;
}

static void drop(struct keeper *keeper, int element, bool quiet)
{
	const struct reason *reason = reason_for(keeper->path.s);

	if (keeper->finished || quiet || is_silent(keeper, element)) {
		edit_remove(&keeper->p->edits, element);
		return;
	}
	prepare_remove(keeper->p, element, reason ? reason->what : "element",
		       reason ? reason->why : UNLISTED);
}

/* Removes attributes of another namespace, and its declaration. */
static void drop_prefixed(struct keeper *keeper, int element)
{
	const struct document *domain = keeper->p->domain;
	const struct document_element *e = &domain->elements.v[element];

	for (size_t i = 0; i < e->n_attributes; i++) {
		const struct document_attribute *a =
			&domain->attributes.v[e->first_attribute + i];

		if (memchr(domain->text.s + a->name.start, ':',
			   a->name.end - a->name.start))
			edit_replace(&keeper->p->edits, a->whole, "");
	}
}

static void drop_attributes(struct keeper *keeper, const struct keep_row *row,
			    int element, bool quiet)
{
	const struct document *domain = keeper->p->domain;
	const xmlNode *node = domain->elements.v[element].node;
	struct want *want = want_new(document_element_name(domain, element));
	size_t dropped = 0;

	for (const struct tree_attribute *a = tree_attributes(node);
	     a < tree_attributes_end(node); a++) {
		const char *name = a->name, *value = a->ns ? NULL : a->value;
		_cleanup_free_ char *path = NULL;
		const struct reason *reason;
		struct wanted wanted;
		struct substitution *s;

		if (!value || (find_wanted(row, name, &wanted) &&
			       keeps_value(keeper, &wanted, value)))
			continue;
		want_unset(want, name);
		dropped++;
		if (keeper->finished || quiet)
			continue;
		path = xasprintf("%s@%s", keeper->path.s, name);
		reason = reason_for(path);
		s = prepare_note(keeper->p, reason ? reason->what : "attribute", element);
		s->planned = xasprintf("%s='%s'", name, value);
		s->why = reason ? reason->why : UNLISTED;
	}
	drop_prefixed(keeper, element);
	if (dropped > 0)
		edit_merge(&keeper->p->edits, element, want);
	want_free(want);
}

/*
 * Whether the parts of an element are removed without lines, because prepare-devices.c
 * has one for it.
 */
static bool has_own_line(const struct keeper *keeper, const struct keep_row *row,
			 int element)
{
	return row->content == HOLDS_PIECES &&
	       (!streq(row->path, "devices/interface") ||
		prepare_replaces_interface(keeper->p, element));
}

static void walk(struct keeper *keeper, int element, const struct keep_row *row,
		 bool quiet);

static void walk_child(struct keeper *keeper, int child, bool quiet)
{
	size_t n = keeper->path.n;
	const struct keep_row *row;

	text_printf(&keeper->path, "%s%s", n > 0 ? "/" : "",
		    document_element_name(keeper->p->domain, child));
	row = row_for(keeper->path.s);
	if (!is_kept(keeper, row, child))
		drop(keeper, child, quiet);
	else if (!row->passing || keeper->finished)
		walk(keeper, child, row, quiet || has_own_line(keeper, row, child));
	keeper->path.n = n;
	keeper->path.s[n] = '\0';
}

static void walk(struct keeper *keeper, int element, const struct keep_row *row,
		 bool quiet)
{
	const struct document *domain = keeper->p->domain;

	drop_attributes(keeper, row, element, quiet);
	for (const xmlNode *node = domain->elements.v[element].node->children; node;
	     node = node->next)
		if (node->type == XML_ELEMENT_NODE)
			walk_child(keeper, document_number(node), quiet);
}

void prepare_keep(struct prepare *p, bool finished)
{
	struct keeper keeper = {.p = p, .finished = finished};

	text_adds(&keeper.path, "");
	walk(&keeper, 0, row_for(""), false);
	text_free(&keeper.path);
}

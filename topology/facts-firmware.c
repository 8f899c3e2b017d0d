/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which firmware is installed. SeaBIOS's image contains its version as text ("1.16.2-1",
 * "rel-1.17.0-0-g..."); if it is not found, it is that of the package, as dpkg's list has
 * it. edk2's image does not, so it is always that of the package (edk2 numbers its
 * releases by year and month).
 */
#include "topology/facts.h"

#include "topology/facts-parts.h"

#include <stdio.h>

#define IMAGE_BYTES (1u << 20)
#define LIST_BYTES  (64u << 20)

static bool is_printable(char c)
{
	return c >= ' ' && c <= '~';
}

/* The longest of these images has 256 KiB. */
static char *seabios_version(const struct facts *facts)
{
	static const char *const images[] = {"usr/share/seabios/bios-256k.bin",
					     "usr/share/qemu/bios-256k.bin",
					     "usr/share/qemu-kvm/bios-256k.bin"};

	for (size_t i = 0; i < ARRAY_SIZE(images); i++) {
		_cleanup_text_ struct text text = {};

		if (!tree_bytes(&facts->top, images[i], IMAGE_BYTES, &text))
			continue;
		for (size_t at = 0; at + 8 < text.n; at++) {
			unsigned major, minor, micro;
			char word[24] = {};

			/*
			 * The beginning of a string: "1.16.2-..." or "rel-1.16.2-...".
			 * What precedes it is 0 or padding (0x90 in Debian 13's image).
			 */
			if (at > 0 && is_printable(text.s[at - 1]))
				continue;
			memcpy(word, text.s + at, MIN(sizeof(word) - 1, text.n - at));
			if (sscanf(has_prefix(word, "rel-") ? word + 4 : word,
				   "%2u.%2u.%2u-", &major, &minor, &micro) == 3 &&
			    major == 1)
				return xasprintf("%u.%u.%u", major, minor, micro);
		}
	}
	return NULL;
}

/* The value of a field in a paragraph of dpkg's list; NULL if it has none. */
static char *field_of(const char *paragraph, size_t n, const char *name)
{
	_cleanup_free_ char *begin = xasprintf("\n%s: ", name);
	const char *at = memmem(paragraph, n, begin, strlen(begin));
	size_t length;

	if (!at)
		return NULL;
	at += strlen(begin);
	length = strcspn(at, "\n");
	return (size_t)(at - paragraph) + length <= n ? xstrndup(at, length) : NULL;
}

/* The version of an installed package without what the distribution adds to it. */
static char *package_version(const struct text *list, const char *name)
{
	_cleanup_free_ char *begin = xasprintf("\nPackage: %s\n", name);
	const char *at = list->n ? strstr(list->s, begin) : NULL;
	_cleanup_free_ char *version = NULL, *status = NULL;
	const char *end, *upstream;

	if (!at)
		return NULL;
	end = strstr(at + 1, "\n\n");
	version = field_of(at, end ? (size_t)(end - at) : strlen(at), "Version");
	status = field_of(at, end ? (size_t)(end - at) : strlen(at), "Status");
	if (!version || !status || !strstr(status, " installed"))
		return NULL;
	upstream = strchr(version, ':') ? strchr(version, ':') + 1 : version;
	return xstrndup(upstream, strcspn(upstream, "-+~"));
}

const char *const firmware_folders[] = {
	"/usr/share/AAVMF/",
	"/usr/share/OVMF/",
	"/usr/share/edk2/aarch64/",
	"/usr/share/edk2/ovmf/",
	"/usr/share/edk2/x64/",
	"/usr/share/ovmf/",
	"/usr/share/qemu-efi-aarch64/",
	"/usr/share/seabios/",
	NULL,
};

/* False if a link or missing rights hide what is in a folder that exists. */
static bool may_look(const struct tree *top, const char *folder)
{
	for (const char *end = strchr(folder, '/'); end; end = strchr(end + 1, '/')) {
		_cleanup_free_ char *path = xstrndup(folder, (size_t)(end - folder));
		_cleanup_free_ char *dot = xasprintf("%s/.", path);

		if (!tree_has(top, path))
			return true;
		if (!tree_has(top, dot))
			return false;
	}
	return true;
}

/* The images and variable stores of all folders, by path; NULL if they are not known. */
static char *image_files(const struct facts *facts)
{
	static const char *const ends[] = {".fd", ".bin", ".raw", ".qcow2"};
	_cleanup_text_ struct text text = {};

	for (const char *const *folder = firmware_folders; *folder; folder++) {
		_cleanup_names_ struct tree_names names = {};
		_cleanup_free_ char *path = xstrndup(*folder + 1, strlen(*folder) - 2);

		if (!may_look(&facts->top, *folder + 1))
			return NULL;
		tree_list(&facts->top, path, &names);
		for (size_t i = 0; i < names.n; i++) {
			const char *dot = strrchr(names.v[i], '.');

			for (size_t j = 0; dot && j < ARRAY_SIZE(ends); j++)
				if (streq(dot, ends[j]) && !strchr(names.v[i], ' '))
					text_printf(&text, "%s%s%s", text.n ? " " : "",
						    *folder, names.v[i]);
		}
	}
	return text_take(&text);
}

void facts_firmware(struct facts *facts)
{
	_cleanup_text_ struct text list = {}, paragraphs = {};
	char *seabios = NULL, *x86 = NULL, *arm = NULL, *files = NULL;

	if (facts->top.fd >= 0) {
		seabios = seabios_version(facts);
		/* A sys directory alone says nothing of files. */
		if (tree_has(&facts->top, "usr/share"))
			files = image_files(facts);
		text_adds(&paragraphs, "\n");
		if (tree_bytes(&facts->top, "var/lib/dpkg/status", LIST_BYTES, &list)) {
			text_add(&paragraphs, list.s, list.n);
			if (!seabios)
				seabios = package_version(&paragraphs, "seabios");
			x86 = package_version(&paragraphs, "ovmf");
			arm = package_version(&paragraphs, "qemu-efi-aarch64");
		}
	}
	/* planner/qemu/firmware.c reads them. */
	facts_take(facts, "firmware.descriptors", NULL,
		   "the source has no usr/share/qemu/firmware");
	facts_take(
		facts, "firmware.seabios", seabios,
		"no SeaBIOS image in the usual places of the source shows its version, and no list of packages has seabios");
	facts_take(facts, "firmware.edk2-x86_64", x86,
		   "the source has no list of packages that has ovmf");
	facts_take(facts, "firmware.edk2-aarch64", arm,
		   "the source has no list of packages that has qemu-efi-aarch64");
	facts_take(facts, "firmware.files", files,
		   "the source has no usr/share that can be read");
}

void facts_gather_firmware(int root_fd, struct machine *machine)
{
	struct facts facts = {.machine = machine, .top = {.fd = -1}};

	tree_top(root_fd, machine, &facts.top);
	facts_firmware(&facts);
	tree_close(&facts.top);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * definition-specifier.c - "%a", "%m" and so on. Most are facts about this machine, so a
 * request that contains them is not the same everywhere; repart.d(5) wants it so.
 */
#include "partition/definition-value.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#define FACT_LIMIT 65536 /* bytes of a file with facts */

/* The first line of a file, which is not empty. */
static char *line_of(const char *path, struct error *error)
{
	_cleanup_text_ struct text text = {};

	if (file_read(path, FACT_LIMIT, &text, error) < 0)
		return NULL;
	if (text.n > 0)
		text.s[strcspn(text.s, "\n")] = '\0';
	if (text.n == 0 || *text.s == '\0' || streq(text.s, "uninitialized")) {
		error_input(error, "%s is empty", path);
		return NULL;
	}
	return text_take(&text);
}

/* An ID of 128 bits, without hyphens. */
static char *id_of(const char *path, struct error *error)
{
	_cleanup_free_ char *line = line_of(path, error);
	struct guid id;
	struct text text = {};

	if (!line)
		return NULL;
	if (!guid_parse(line, &id)) {
		error_input(error, "%s does not contain an ID", path);
		return NULL;
	}
	for (size_t i = 0; i < sizeof(id.bytes); i++)
		text_printf(&text, "%02x", id.bytes[i]);
	return text_take(&text);
}

/* A value of os-release(5), without its quotes; empty if it is not set. */
static char *release_of(const char *key, struct error *error)
{
	static const char *const paths[] = {"/etc/os-release", "/usr/lib/os-release"};
	_cleanup_text_ struct text text = {};
	_cleanup_free_ char *prefix = xasprintf("%s=", key);

	if (file_read(paths[0], FACT_LIMIT, &text, error) < 0) {
		error_clear(error);
		if (file_read(paths[1], FACT_LIMIT, &text, error) < 0)
			return NULL;
	}
	for (char *at = text.s; at && *at; at += strcspn(at, "\n"), at += *at == '\n') {
		size_t n = strcspn(at, "\n");
		const char *value = at + strlen(prefix);

		if (!has_prefix(at, prefix))
			continue;
		n -= strlen(prefix);
		if (n >= 2 && (*value == '"' || *value == '\'') && value[n - 1] == *value)
			return xstrndup(value + 1, n - 2);
		return xstrndup(value, n);
	}
	return xstrdup("");
}

static char *temporary(const char *usual)
{
	static const char *const names[] = {"TMPDIR", "TEMP", "TMP"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const char *value = getenv(names[i]);

		if (value && *value == '/')
			return xstrdup(value);
	}
	return xstrdup(usual);
}

static char *uname_of(char letter)
{
	struct utsname names;

	if (uname(&names) < 0)
		return xstrdup("");
	if (letter == 'v')
		return xstrdup(names.release);
	return letter == 'H' ? xstrdup(names.nodename)
			     : xstrndup(names.nodename, strcspn(names.nodename, "."));
}

static char *architecture_of(const struct definition_how *how, struct error *error)
{
	const char *name =
		how->architecture ? how->architecture : definition_architecture();

	if (!name)
		error_input(error,
			    "systemd's name of this machine's architecture is unknown");
	return name ? xstrdup(name) : NULL;
}

static char *expand_one(char letter, const struct definition_how *how,
			struct error *error)
{
	switch (letter) {
	case '%':
		return xstrdup("%");
	case 'a':
		return architecture_of(how, error);
	case 'A':
		return release_of("IMAGE_VERSION", error);
	case 'b':
		return id_of("/proc/sys/kernel/random/boot_id", error);
	case 'B':
		return release_of("BUILD_ID", error);
	case 'm':
		return id_of("/etc/machine-id", error);
	case 'M':
		return release_of("IMAGE_ID", error);
	case 'o':
		return release_of("ID", error);
	case 'w':
		return release_of("VERSION_ID", error);
	case 'W':
		return release_of("VARIANT_ID", error);
	case 'H':
	case 'l':
	case 'v':
		return uname_of(letter);
	case 'T':
		return temporary("/tmp");
	case 'V':
		return temporary("/var/tmp");
	default:
		error_input(error, "repart.d(5) has no such specifier");
		return NULL;
	}
}

/* systemd leaves a "%" alone that no letter follows. */
static bool is_specifier(const char *at)
{
	return *at == '%' && (at[1] == '%' || (at[1] >= 'a' && at[1] <= 'z') ||
			      (at[1] >= 'A' && at[1] <= 'Z'));
}

char *definition_expand(const char *value, const struct definition_how *how,
			struct error *error)
{
	_cleanup_text_ struct text text = {};

	for (const char *at = value; *at; at++) {
		_cleanup_free_ char *one = NULL;

		if (!is_specifier(at)) {
			text_addc(&text, *at);
			continue;
		}
		one = expand_one(*++at, how, error);
		if (!one) {
			error_ignore(error_wrap(error, "%%%c", *at));
			return NULL;
		}
		text_adds(&text, one);
	}
	return text_take(&text);
}

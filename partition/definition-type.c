/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * definition-type.c - the types of repart.d(5). Their UUIDs are those of types.c; here is
 * which of its names systemd uses, and what it knows about them.
 */
#include "partition/definition-value.h"

#include "base/mem.h"
#include "base/text.h"
#include "partition/types.h"

#include <string.h>
#include <sys/utsname.h>

/* Types without an architecture (repart.d(5) of 252 and 257), and the flags they have. */
static const struct {
	const char *name;
	struct definition_knows knows;
} plain[] = {
	{"esp", {}},
	{"xbootldr", {true, true, true, false}},
	{"swap", {.no_auto = true}},
	{"home", {true, true, true, false}},
	{"srv", {true, true, true, false}},
	{"var", {true, true, true, false}},
	{"tmp", {true, true, true, false}},
	{"user-home", {}},
	{"linux-generic", {}},
};

/* uname's machine, systemd's architecture, and the one that goes with it for 32 bits. */
static const struct {
	const char *machine, *name, *secondary;
} architectures[] = {
	{"x86_64", "x86-64", "x86"},
	{"i686", "x86", NULL},
	{"i586", "x86", NULL},
	{"aarch64", "arm64", "arm"},
	{"armv7l", "arm", NULL},
	{"armv6l", "arm", NULL},
	{"ppc64le", "ppc64-le", NULL},
	{"ppc64", "ppc64", "ppc"},
	{"ppc", "ppc", NULL},
	{"s390x", "s390x", "s390"},
	{"riscv64", "riscv64", NULL},
	{"riscv32", "riscv32", NULL},
	{"loongarch64", "loongarch64", NULL},
	{"ia64", "ia64", NULL},
	{"alpha", "alpha", NULL},
	{"parisc", "parisc", NULL},
	{"parisc64", "parisc", NULL},
};

static int own_row(void)
{
	struct utsname names;

	for (size_t i = 0; uname(&names) == 0 && i < ARRAY_SIZE(architectures); i++)
		if (streq(names.machine, architectures[i].machine))
			return (int)i;
	return -1;
}

const char *definition_architecture(void)
{
	int row = own_row();

	return row < 0 ? NULL : architectures[row].name;
}

/* "root-", "usr-": the length of what precedes the architecture, or 0. */
static size_t tree_prefix(const char *name)
{
	return has_prefix(name, "root-") ? 5 : has_prefix(name, "usr-") ? 4 : 0;
}

/* "", "-verity" or "-verity-sig". */
static const char *tree_suffix(const char *name)
{
	return has_suffix(name, "-verity-sig") ? "-verity-sig"
	       : has_suffix(name, "-verity")   ? "-verity"
					       : "";
}

const char *definition_type_name(struct guid type)
{
	const char *name = type_name_of_guid(type);

	if (name && tree_prefix(name) > 0)
		return name;
	for (size_t i = 0; name && i < ARRAY_SIZE(plain); i++)
		if (streq(name, plain[i].name))
			return name;
	return NULL;
}

struct definition_knows definition_knows(const char *type_name)
{
	for (size_t i = 0; i < ARRAY_SIZE(plain); i++)
		if (streq_null(type_name, plain[i].name))
			return plain[i].knows;
	if (!type_name || streq(tree_suffix(type_name), "-verity-sig"))
		return (struct definition_knows){};
	if (streq(tree_suffix(type_name), "-verity"))
		return (struct definition_knows){true, true, false, true};
	return (struct definition_knows){true, true, true, false};
}

/*
 * The name with its architecture: that of @how, if it has one or is to get one. NULL:
 * this machine's is needed and unknown.
 */
static char *with_architecture(const char *value, const struct definition_how *how)
{
	static const char *const trees[] = {"root", "usr"};
	const char *suffix = tree_suffix(value), *wanted = how->architecture;
	const int own = own_row();

	for (size_t i = 0; i < ARRAY_SIZE(trees); i++) {
		_cleanup_free_ char *first = xasprintf("%s%s", trees[i], suffix);
		_cleanup_free_ char *second =
			xasprintf("%s-secondary%s", trees[i], suffix);
		const char *found = wanted;

		if (!streq(value, first) && !streq(value, second))
			continue;
		if (!found && own >= 0)
			found = streq(value, first) ? architectures[own].name
						    : architectures[own].secondary;
		return found ? xasprintf("%s-%s%s", trees[i], found, suffix) : NULL;
	}
	if (wanted && tree_prefix(value) > 0)
		return xasprintf("%.*s%s%s", (int)tree_prefix(value), value, wanted,
				 suffix);
	return xstrdup(value);
}

/* Names of architectures that systemd 257 takes as well. */
static char *without_alias(const char *value)
{
	static const char *const aliases[][2] = {{"amd64", "x86-64"},
						 {"aarch64", "arm64"}};
	size_t n = tree_prefix(value);

	for (size_t i = 0; n > 0 && i < ARRAY_SIZE(aliases); i++) {
		size_t length = strlen(aliases[i][0]);

		if (strncmp(value + n, aliases[i][0], length) == 0 &&
		    (value[n + length] == '\0' || value[n + length] == '-'))
			return xasprintf("%.*s%s%s", (int)n, value, aliases[i][1],
					 value + n + length);
	}
	return xstrdup(value);
}

int definition_type(const char *value, const struct definition_how *how, struct guid *ret,
		    const char **ret_name, struct error *error)
{
	_cleanup_free_ char *plain_name = without_alias(value);
	_cleanup_free_ char *name = with_architecture(plain_name, how);
	uint8_t code;

	if (!name)
		return error_input(
			error,
			"systemd has no such partition for this machine; use --architecture, or write the architecture as in root-x86-64");
	if (guid_parse(name, ret) && !guid_is_zero(*ret)) {
		_cleanup_free_ char *again = NULL;

		*ret_name = definition_type_name(*ret);
		if (!*ret_name || !how->architecture)
			return 0;
		again = with_architecture(*ret_name, how);
		if (streq(again, *ret_name))
			return 0;
		return definition_type(*ret_name, how, ret, ret_name, error);
	}
	if (type_parse(LABEL_GPT, name, ret, &code)) {
		*ret_name = definition_type_name(*ret);
		if (streq_null(*ret_name, name))
			return 0;
	}
	return error_input(error, "is not a type that repart.d(5) lists, nor a UUID");
}

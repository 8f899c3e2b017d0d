/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* content-text.c - describes what is on a disk. */
#include "partition/content.h"

void contents_add(struct contents *contents, enum signature_kind kind, const char *type)
{
	*vec_add(&contents->list) =
		(struct signature){.kind = kind, .type = xstrdup(type)};
}

const struct signature *contents_first(const struct contents *contents,
				       enum signature_kind kind)
{
	for (size_t i = 0; i < contents->list.n; i++)
		if (contents->list.v[i].kind == kind)
			return &contents->list.v[i];
	return NULL;
}

/* "%s" is the type. */
static const char *const words[] = {
	[SIGNATURE_TABLE] = "%s partition table",
	[SIGNATURE_FILESYSTEM] = "%s file system",
	[SIGNATURE_MEMBER] = "member of a RAID or volume group (%s)",
	[SIGNATURE_CRYPTO] = "encrypted volume (%s)",
	[SIGNATURE_OTHER] = "%s signature",
};

void text_add_signature(struct text *text, const struct signature *signature)
{
	const char *word = words[signature->kind], *hole = strstr(word, "%s");

	text_add(text, word, (size_t)(hole - word));
	text_adds(text, signature->type);
	text_adds(text, hole + 2);
}

/* A content of this type is earlier in the list; a protective MBR is part of a GPT. */
static bool is_repeated(const struct contents *contents, size_t i)
{
	const struct signature *table = contents_first(contents, SIGNATURE_TABLE);

	if (table && streq(table->type, "gpt") && streq(contents->list.v[i].type, "PMBR"))
		return true;
	for (size_t j = 0; j < i; j++)
		if (contents->list.v[j].kind == contents->list.v[i].kind &&
		    streq(contents->list.v[j].type, contents->list.v[i].type))
			return true;
	return false;
}

void text_add_contents(struct text *text, const struct contents *contents)
{
	size_t done = 0;

	for (size_t i = 0; i < contents->list.n; i++) {
		if (is_repeated(contents, i))
			continue;
		if (done > 0)
			text_adds(text, ", ");
		text_add_signature(text, &contents->list.v[i]);
		done++;
	}
}

void contents_free(struct contents *contents)
{
	for (size_t i = 0; i < contents->list.n; i++)
		free(contents->list.v[i].type);
	vec_free(&contents->list);
}

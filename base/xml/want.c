/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/xml/want.h"

#include "base/text.h"

#include <stdarg.h>

struct want *want_new(const char *name)
{
	struct want *want = xnew(struct want);

	want->name = name;
	return want;
}

/* Takes ownership of @value. */
static struct want *set(struct want *want, const char *name, char *value)
{
	struct want_attribute *attribute = NULL;

	for (size_t i = 0; i < want->attributes.n; i++)
		if (streq(want->attributes.v[i].name, name))
			attribute = &want->attributes.v[i];
	if (!attribute)
		attribute = vec_add(&want->attributes);
	free(attribute->value);
	attribute->name = name;
	attribute->value = value;
	return want;
}

struct want *want_set(struct want *want, const char *name, const char *format, ...)
{
	_cleanup_text_ struct text text = {};
	va_list args;

	va_start(args, format);
	text_vprintf(&text, format, args);
	va_end(args);
	return set(want, name, text_take(&text));
}

struct want *want_unset(struct want *want, const char *name)
{
	return set(want, name, NULL);
}

struct want *want_child(struct want *want, const char *name)
{
	struct want *child = want_new(name);

	*vec_add(&want->children) = child;
	return child;
}

struct want *want_content(struct want *want, const char *format, ...)
{
	_cleanup_text_ struct text text = {};
	va_list args;

	va_start(args, format);
	text_vprintf(&text, format, args);
	va_end(args);
	free(want->content);
	want->content = text_take(&text);
	return want;
}

void want_free(struct want *want)
{
	if (!want)
		return;
	for (size_t i = 0; i < want->attributes.n; i++)
		free(want->attributes.v[i].value);
	for (size_t i = 0; i < want->children.n; i++)
		want_free(want->children.v[i]);
	vec_free(&want->attributes);
	vec_free(&want->children);
	free(want->content);
	free(want);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any bytes as a hook.conf: rejected with a message, or complete options of check, which
 * are the same when read again; and `strict` is kept if another line is wrong.
 */
#include "tests/fuzz/fuzz.h"

#include "commands/hook-config.h"

#include "base/text.h"

#include <string.h>

static void check_word(const char *word)
{
	size_t n = strlen(word);

	CHECK(has_prefix(word, "--") && !has_prefix(word, "--strict") &&
	      !has_prefix(word, "--time-limit"));
	CHECK(!strchr(word, '\n') && !strchr(" \t\r", word[n - 1]));
	CHECK(strchr(word, '=') && strchr(word, '=')[1] != '\0');
	CHECK(!streq(word, "--host=none"));
}

static void check_same(const struct hook_config *a, const struct hook_config *b)
{
	CHECK(a->strict == b->strict && a->time_limit_s == b->time_limit_s &&
	      a->has_host == b->has_host);
	CHECK(a->words.n == b->words.n);
	for (size_t i = 0; i < a->words.n; i++)
		CHECK(streq(a->words.v[i], b->words.v[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	_cleanup_hook_config_ struct hook_config config = {}, again = {}, spoilt = {};
	_cleanup_error_ struct error error = {}, other = {}, wrong = {};
	_cleanup_text_ struct text text = {};
	int rc;

	text_add(&text, (const char *)data, n);
	rc = hook_config_read(text.s, text.n, &config, &error);
	CHECK((rc < 0) == (error.message != NULL));
	for (size_t i = 0; i < config.words.n; i++) {
		check_word(config.words.v[i]);
		CHECK(config.has_host || !has_prefix(config.words.v[i], "--host="));
	}
	CHECK(config.time_limit_s <= 20);
	CHECK(hook_config_read(text.s, text.n, &again, &other) == rc);
	check_same(&config, &again);
	text_adds(&text, "\nhost\n");
	CHECK(hook_config_read(text.s, text.n, &spoilt, &wrong) < 0);
	if (IS_PLANTED && spoilt.strict && spoilt.words.n > 1)
		spoilt.strict = false;
	CHECK(spoilt.strict == config.strict);
	return 0;
}

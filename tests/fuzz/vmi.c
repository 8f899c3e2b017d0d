/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any bytes as a VMI: rejected, or complete settings of existing options, which are the
 * same when the JSON is read again; and `strict` is kept if another annotation is wrong.
 */
#include "tests/fuzz/fuzz.h"

#include "commands/vmi.h"

#include "base/text.h"

#include <json-c/json.h>
#include <string.h>

static void check_setting(const struct vmi_setting *setting)
{
	size_t n = strlen(setting->value);

	CHECK(*setting->flag && !streq(setting->flag, "strict") &&
	      !streq(setting->flag, "time-limit"));
	CHECK(n > 0 && strcspn(setting->value, ";\n") == n);
	CHECK(!strchr(" \t\r", setting->value[0]) &&
	      !strchr(" \t\r", setting->value[n - 1]));
}

static void check_same(const struct vmi_wish *a, const struct vmi_wish *b)
{
	CHECK(a->strict == b->strict && a->time_limit_s == b->time_limit_s);
	CHECK(a->settings.n == b->settings.n);
	for (size_t i = 0; i < a->settings.n; i++) {
		CHECK(streq(a->settings.v[i].flag, b->settings.v[i].flag));
		CHECK(streq(a->settings.v[i].value, b->settings.v[i].value));
		CHECK(i == 0 ||
		      strcmp(a->settings.v[i - 1].flag, a->settings.v[i].flag) <= 0);
	}
}

int LLVMFuzzerInitialize(int *argc, char ***argv);

/* json-c's comparisons guide libFuzzer, so its hash must not use a random number. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	return json_global_set_string_hash(JSON_C_STR_HASH_PERLLIKE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	_cleanup_vmi_wish_ struct vmi_wish wish = {}, again = {};
	_cleanup_error_ struct error error = {}, other = {};
	_cleanup_text_ struct text json = {};
	int rc;

	text_add(&json, (const char *)data, n);
	rc = vmi_read(json.s, json.n, &wish, &error);
	CHECK((rc < 0) == (error.message != NULL));
	for (size_t i = 0; i < wish.settings.n; i++)
		check_setting(&wish.settings.v[i]);
	CHECK(wish.time_limit_s <= 20);
	CHECK(vmi_read(json.s, json.n, &again, &other) == rc);
	if (IS_PLANTED && wish.strict && wish.settings.n > 1)
		again.strict = false;
	check_same(&wish, &again);
	return 0;
}

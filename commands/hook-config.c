/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "commands/hook-config.h"

#include "base/text.h"
#include "commands/hook-limit.h"

/* Options of check. */
static const char *const options[] = {
	"host", "locality", "target", "policy", "ignore", "only", "fail-on", NULL,
};

void hook_config_free(struct hook_config *config)
{
	for (size_t i = 0; i < config->words.n; i++)
		free(config->words.v[i]);
	vec_free(&config->words);
}

static int take_strict(struct hook_config *config, const char *value, struct error *error)
{
	if (!streq(value, "yes") && !streq(value, "no")) {
		config->strict = true;
		return error_input(error, "strict=%s: must be yes or no", value);
	}
	config->strict = streq(value, "yes");
	return 0;
}

static int take_time_limit(struct hook_config *config, const char *value,
			   struct error *error)
{
	uint32_t seconds;

	if (!parse_u32(value, &seconds) || seconds < 1 || seconds > HOOK_TIME_LIMIT_S)
		return error_input(
			error, "time-limit=%s: must be a number of seconds from 1 to %d",
			value, HOOK_TIME_LIMIT_S);
	config->time_limit_s = seconds;
	return 0;
}

/* One line without white space around it: our own, else an option of check. */
static int take_line(struct hook_config *config, const char *line, struct error *error)
{
	size_t n = strcspn(line, "=");
	_cleanup_free_ char *key = xstrndup(line, n);
	const char *value = line[n] ? line + n + 1 : "";

	if (streq(key, "strict"))
		return take_strict(config, value, error);
	if (streq(key, "time-limit"))
		return take_time_limit(config, value, error);
	for (size_t i = 0; options[i]; i++) {
		if (!streq(options[i], key) || !*value)
			continue;
		config->has_host |= streq(key, "host");
		config->no_host |= streq(line, "host=none");
		config->has_target |= streq(key, "target");
		if (!streq(line, "host=none"))
			*vec_add(&config->words) = xasprintf("--%s", line);
		return 0;
	}
	return error_input(
		error,
		"\"%s\" is not a valid line; use key=value, where key is one of host, locality, target, policy, ignore, only, fail-on, strict (yes, no) and time-limit",
		line);
}

static char *trim(const char *line, size_t n)
{
	static const char space[] = " \t\r";

	while (n > 0 && strchr(space, line[n - 1]))
		n--;
	while (n > 0 && strchr(space, *line)) {
		line++;
		n--;
	}
	return xstrndup(line, n);
}

/* "strict" comes first, so that it counts whatever is wrong with the others. */
static int take_lines(struct hook_config *config, const char *text, bool strict,
		      struct error *error)
{
	for (const char *line = text; *line;) {
		size_t n = strcspn(line, "\n");
		_cleanup_free_ char *words = trim(line, n);

		line += n + (line[n] == '\n');
		if (*words && *words != '#' && has_prefix(words, "strict=") == strict &&
		    take_line(config, words, error) < 0)
			return -1;
	}
	return 0;
}

int hook_config_read(const char *text, size_t n, struct hook_config *ret,
		     struct error *error)
{
	_cleanup_text_ struct text lines = {};
	bool nul = false;

	text_adds(&lines, "");
	text_add(&lines, text, n);
	for (size_t i = 0; i < lines.n; i++)
		if (lines.s[i] == '\0') {
			lines.s[i] = '\n';
			nul = true;
		}
	if (take_lines(ret, lines.s, true, error) < 0)
		return -1;
	if (nul)
		return error_input(error, "it contains a NUL byte");
	return take_lines(ret, lines.s, false, error);
}

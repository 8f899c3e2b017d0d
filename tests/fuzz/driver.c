/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A small replacement for libFuzzer, with the options that tests/fuzz/run uses: first all
 * seeds, then mutations of seeds up to a number or a time. If a sanitizer or a check ends
 * the program, the last input is written first, so that it can be examined.
 */
#include "tests/fuzz/fuzz.h"

#include "base/file.h"
#include "base/vec.h"

#include <signal.h>
#include <time.h>
#include <unistd.h>

#define LARGEST 65536
#define STEPS   12 /* maximum mutations of one input */

struct driver {
	VEC(struct text) seeds;
	VEC(struct text) words; /* of the dictionary */
	struct choice choice;
	const char *prefix; /* where the failing input goes */
};

/* The current input, for the handler. */
static struct {
	const uint8_t *data;
	size_t n;
	unsigned long executions;
	char path[4096];
} running;

static void print_executions(void)
{
	fprintf(stderr, "stat::number_of_executed_units: %lu\n", running.executions);
}

static void keep(void)
{
	FILE *file = fopen(running.path, "w");

	if (file) {
		fwrite(running.data, 1, running.n, file);
		fclose(file);
	}
	print_executions();
}

static void on_end(int number)
{
	keep();
	signal(number, SIG_DFL);
	raise(number);
}

void __asan_set_death_callback(void (*callback)(void)) __attribute__((weak));

static void run(const struct text *input)
{
	running.data = (const uint8_t *)input->s;
	running.n = input->n;
	running.executions++;
	LLVMFuzzerTestOneInput(running.data, running.n);
}

/* The seeds listed in the file @list, with their paths separated by commas. */
static void read_seeds(struct driver *driver, const char *list)
{
	_cleanup_text_ struct text paths = {};
	_cleanup_error_ struct error error = {};
	char *rest;

	if (file_read(list, FILE_LIMIT, &paths, &error) < 0)
		return;
	for (const char *path = strtok_r(paths.s, ",", &rest); path;
	     path = strtok_r(NULL, ",", &rest)) {
		_cleanup_error_ struct error unread = {};
		struct text seed = {};

		if (file_read(path, FILE_LIMIT, &seed, &unread) == 0)
			*vec_add(&driver->seeds) = seed;
		else
			text_free(&seed);
	}
}

/* Lines like name="bytes", with \xNN, \\ and \" inside. */
static void read_words(struct driver *driver, const char *path)
{
	_cleanup_text_ struct text text = {};
	_cleanup_error_ struct error error = {};
	char *line, *rest;

	if (file_read(path, FILE_LIMIT, &text, &error) < 0)
		return;
	for (line = strtok_r(text.s, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest)) {
		const char *s = strchr(line, '"');
		struct text *word;

		if (*line == '#' || !s)
			continue;
		word = vec_add(&driver->words);
		for (s++; *s && *s != '"'; s++) {
			unsigned byte = (unsigned char)*s;

			if (*s == '\\' && s[1] == 'x' && sscanf(s + 2, "%2x", &byte) == 1)
				s += 3;
			else if (*s == '\\' && s[1])
				byte = (unsigned char)*++s;
			text_addc(word, (char)byte);
		}
	}
}

/* Replaces @n bytes at @at. */
static void splice(struct text *text, size_t at, size_t n, const char *bytes, size_t more)
{
	struct text result = {};

	text_add(&result, text->s, at);
	text_add(&result, bytes, more);
	text_add(&result, text->s + at + n, text->n - at - n);
	text_free(text);
	*text = result;
}

static void mutate(struct driver *driver, struct text *text)
{
	struct choice *choice = &driver->choice;
	const struct text *other = &driver->seeds.v[choose(choice, driver->seeds.n)];
	size_t at = choose(choice, text->n + 1), left = text->n - at;
	size_t n = choose(choice, MIN(left, (size_t)64) + 1);
	char byte = (char)choose(choice, 256);
	size_t from = choose(choice, other->n + 1);

	switch (choose(choice, 6)) {
	case 0:
		splice(text, at, left > 0, &byte, 1);
		break;
	case 1:
		splice(text, at, n, "", 0);
		break;
	case 2:
		splice(text, at, 0, text->s + at, n);
		break;
	case 3:
		splice(text, at, n, other->s + from, choose(choice, other->n - from + 1));
		break;
	case 4:
		byte = (char)(text->s[MIN(at, text->n)] ^ 1 << choose(choice, 8));
		splice(text, at, left > 0, &byte, 1);
		break;
	default:
		if (driver->words.n > 0) {
			const struct text *word =
				&driver->words.v[choose(choice, driver->words.n)];

			splice(text, at, choose(choice, 2) ? n : 0, word->s, word->n);
		}
	}
	if (text->n > LARGEST)
		splice(text, LARGEST, text->n - LARGEST, "", 0);
}

static void run_seeds(struct driver *driver)
{
	if (driver->seeds.n == 0)
		text_add(vec_add(&driver->seeds), "", 0);
	for (size_t i = 0; i < driver->seeds.n; i++)
		run(&driver->seeds.v[i]);
}

/* Runs until @runs executions (-1: unlimited) or @seconds are over. */
static void run_mutations(struct driver *driver, long runs, int seconds)
{
	time_t end = time(NULL) + seconds;

	while (time(NULL) < end &&
	       (runs < 0 || running.executions < (unsigned long)runs)) {
		const struct text *seed =
			&driver->seeds.v[choose(&driver->choice, driver->seeds.n)];
		struct text input = {};

		text_add(&input, seed->s, seed->n);
		for (size_t steps = choose(&driver->choice, STEPS) + 1; steps > 0;
		     steps--)
			mutate(driver, &input);
		run(&input);
		text_free(&input);
	}
}

static void driver_free(struct driver *driver)
{
	for (size_t i = 0; i < driver->seeds.n; i++)
		text_free(&driver->seeds.v[i]);
	for (size_t i = 0; i < driver->words.n; i++)
		text_free(&driver->words.v[i]);
	vec_free(&driver->seeds);
	vec_free(&driver->words);
}

int main(int argc, char *argv[])
{
	struct driver driver = {.choice = {88172645463325252u}, .prefix = ""};
	int seconds = 0;
	long runs = -1;

	for (int i = 1; i < argc; i++) {
		if (has_prefix(argv[i], "-max_total_time="))
			seconds = atoi(strchr(argv[i], '=') + 1);
		else if (has_prefix(argv[i], "-dict="))
			read_words(&driver, strchr(argv[i], '=') + 1);
		else if (has_prefix(argv[i], "-artifact_prefix="))
			driver.prefix = strchr(argv[i], '=') + 1;
		else if (has_prefix(argv[i], "-runs="))
			runs = atol(strchr(argv[i], '=') + 1);
		else if (has_prefix(argv[i], "-seed_inputs=@"))
			read_seeds(&driver, strchr(argv[i], '@') + 1);
	}
	snprintf(running.path, sizeof(running.path), "%sinput", driver.prefix);
	signal(SIGABRT, on_end);
	if (__asan_set_death_callback)
		__asan_set_death_callback(keep);
	run_seeds(&driver);
	run_mutations(&driver, runs, seconds);
	print_executions();
	driver_free(&driver);
	return 0;
}

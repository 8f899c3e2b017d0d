/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* progress.c - reports of long jobs, with a clock that the test controls. */
#include "tests/unit/test.h"

#include "base/progress.h"
#include "base/text.h"

struct scene {
	uint64_t now_ms;
	struct text said;
};

static uint64_t now_ms(void *context)
{
	return ((struct scene *)context)->now_ms;
}

static void say(void *context, const char *bytes, size_t n)
{
	text_add(&((struct scene *)context)->said, bytes, n);
}

static struct progress watched(struct scene *scene, unsigned columns)
{
	return (struct progress){.now_ms = now_ms,
				 .say = say,
				 .context = scene,
				 .columns = columns};
}

static void expect(struct scene *scene, const char *wanted)
{
	assert_string_equal(scene->said.s ? scene->said.s : "", wanted);
	text_free(&scene->said);
}

/* A job of 400 KiB, a hundredth of which is done every @step_ms. */
static void work(struct scene *scene, struct progress *progress, uint64_t step_ms)
{
	progress_begin(progress, 400 << 10, "copying");
	for (int i = 0; i < 100; i++) {
		scene->now_ms += step_ms;
		progress_add(progress, 4 << 10);
	}
	progress_end(progress);
}

/* A job of less than a second prints nothing. */
static void short_jobs(void **state _unused_)
{
	struct scene scene = {.now_ms = 12345};
	struct progress bar = watched(&scene, 60), lines = watched(&scene, 0);

	work(&scene, &bar, 9);
	expect(&scene, "");
	work(&scene, &lines, 9);
	expect(&scene, "");
	work(&scene, NULL, 9);
	progress_begin_percent(NULL, "nobody");
	progress_set(NULL, 1);
}

static void lines(void **state _unused_)
{
	struct scene scene = {.now_ms = 12345};
	struct progress progress = watched(&scene, 0);

	/* 12 seconds: after one, then every five. */
	work(&scene, &progress, 120);
	expect(&scene, "copying:   9%, 36K of 400K\n"
		       "copying:  51%, 204K of 400K\n"
		       "copying:  93%, 372K of 400K\n"
		       "copying: ended after 12.0 s\n");
}

static void bar(void **state _unused_)
{
	struct scene scene = {};
	struct progress progress = watched(&scene, 50);

	progress_begin(&progress, 400 << 10, "copying");
	scene.now_ms = 999;
	progress_set(&progress, 100 << 10);
	expect(&scene, "");
	scene.now_ms = 1000;
	progress_set(&progress, 100 << 10);
	expect(&scene, "\r\033[Kcopying  25%, 100K of 400K [#####...............]");
	scene.now_ms = 1099; /* not more than ten a second */
	progress_set(&progress, 200 << 10);
	expect(&scene, "");
	scene.now_ms = 1100;
	progress_set(&progress, 900 << 10);
	expect(&scene, "\r\033[Kcopying 100%, 400K of 400K [####################]");
	progress_end(&progress);
	expect(&scene, "\r\033[K");
	progress_end(&progress);
	progress_set(&progress, 1);
	expect(&scene, "");
}

/*
 * However narrow the terminal is, the line never wraps, because it could not be erased
 * then.
 */
static void narrow_terminals(void **state _unused_)
{
	for (unsigned columns = 1; columns < 120; columns++) {
		struct scene scene = {};
		struct progress progress = watched(&scene, columns);

		progress_begin(&progress, 1 << 20, "a rather long name of a job");
		scene.now_ms = 2000;
		progress_set(&progress, 12345);
		assert_true(scene.said.n >= 4 && scene.said.n - 4 < columns);
		text_free(&scene.said);
		progress_end(&progress);
		text_free(&scene.said);
	}
}

/* Percentages, unlimited amounts, and names that would move the cursor. */
static void kinds(void **state _unused_)
{
	struct scene scene = {};
	struct progress progress = watched(&scene, 0);

	progress_begin_percent(&progress, "%s", "a\033[2Jb");
	scene.now_ms = 1500;
	progress_set(&progress, 1234);
	expect(&scene, "a\\x1b[2Jb:  12%\n");
	progress_begin(&progress, 0, "mkfs"); /* ends the one before */
	expect(&scene, "a\\x1b[2Jb: ended after 1.5 s\n");
	scene.now_ms = 3000;
	progress_set(&progress, 3 << 20);
	expect(&scene, "mkfs: 3M\n");
	progress_end(&progress);
	text_free(&scene.said);
}

/* A job of which only the stage is known. */
static void stages(void **state _unused_)
{
	struct scene scene = {};
	struct progress bar = watched(&scene, 40), lines = watched(&scene, 0);
	struct progress narrow = watched(&scene, sizeof("booting: kernel, 2 s") - 1);

	progress_begin_stage(&bar, "firmware", "booting");
	scene.now_ms = 900;
	progress_stage(&bar, "firmware");
	expect(&scene, "");
	scene.now_ms = 2999;
	progress_stage(&bar, "kernel");
	expect(&scene, "\r\033[Kbooting: kernel, 2 s");
	progress_end(&bar);
	expect(&scene, "\r\033[K");
	progress_stage(&bar, "agent"); /* after its end */
	progress_stage(NULL, "agent");
	expect(&scene, "");
	progress_begin_stage(&lines, "firmware", "booting");
	scene.now_ms += 4000;
	progress_stage(&lines, "agent");
	expect(&scene, "booting: agent, 4 s\n");
	progress_end(&lines);
	text_free(&scene.said);
	progress_begin_stage(&narrow, "firmware", "booting");
	scene.now_ms += 2000;
	progress_stage(&narrow, "kernel");
	expect(&scene, "\r\033[Kkernel, 2 s"); /* what fits */
	progress_end(&narrow);
	text_free(&scene.said);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(short_jobs), cmocka_unit_test(lines),
		cmocka_unit_test(bar),        cmocka_unit_test(kinds),
		cmocka_unit_test(stages),     cmocka_unit_test(narrow_terminals),
	};

	return RUN_TESTS(tests);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/progress.h"

#include "base/mem.h"
#include "base/size.h"
#include "base/text.h"

#include <stdarg.h>

#define BAR_EVERY_MS  100
#define LINE_EVERY_MS 5000
#define LEAST_BAR     10 /* columns; a shorter bar is useless */
#define CLEAR_LINE    "\r\033[K"

static bool is_terminal(const struct progress *progress)
{
	return progress->columns > 0;
}

static void say(struct progress *progress, const struct text *text)
{
	progress->say(progress->context, text->s, text->n);
}

/* "43%, 1.2G of 2.8G", "1.2G", "43%", "kernel, 4 s". */
static void add_amount(struct text *text, const struct progress *progress)
{
	uint64_t done = progress->done, total = progress->total;

	if (progress->stage) {
		text_printf(text, "%s, %ju s", progress->stage,
			    (uintmax_t)((progress->now_ms(progress->context) -
					 progress->began_ms) /
					1000));
		return;
	}
	if (total > 0)
		text_printf(text, "%3u%%",
			    (unsigned)((double)done / (double)total * 100));
	if (progress->in_percent)
		return;
	text_adds(text, total > 0 ? ", " : "");
	text_add_size_human(text, done);
	if (total > 0) {
		text_adds(text, " of ");
		text_add_size_human(text, total);
	}
}

static void add_bar(struct text *text, const struct progress *progress, size_t columns)
{
	size_t filled = (size_t)((double)progress->done / (double)progress->total *
				 (double)columns);

	text_adds(text, " [");
	for (size_t i = 0; i < columns; i++)
		text_addc(text, i < filled ? '#' : '.');
	text_addc(text, ']');
}

/* One line of the terminal, never longer, so that it can be erased. */
static void draw(struct progress *progress)
{
	_cleanup_text_ struct text text = {}, amount = {};
	const char *gap = progress->stage ? ": " : " ";
	size_t room = progress->columns - 1, used;

	add_amount(&amount, progress);
	text_adds(&text, CLEAR_LINE);
	used = strlen(progress->what) + strlen(gap) + amount.n;
	if (used > room) {
		text_add(&text, amount.s, MIN(amount.n, room));
	} else {
		text_printf(&text, "%s%s%s", progress->what, gap, amount.s);
		if (progress->total > 0 && room - used >= LEAST_BAR + 3)
			add_bar(&text, progress, MIN(room - used - 3, (size_t)50));
	}
	say(progress, &text);
}

static void add_line(struct text *text, const struct progress *progress)
{
	text_printf(text, "%s: ", progress->what);
	add_amount(text, progress);
	text_addc(text, '\n');
}

static void show(struct progress *progress)
{
	_cleanup_text_ struct text text = {};

	progress->shown = true;
	if (is_terminal(progress)) {
		draw(progress);
		return;
	}
	add_line(&text, progress);
	say(progress, &text);
}

static void begin(struct progress *progress, const char *format, va_list args)
{
	_cleanup_text_ struct text what = {};
	struct text shown = {};

	progress_end(progress);
	text_vprintf(&what, format, args);
	text_add_shown(&shown, what.s ? what.s : "");
	progress->what = text_take(&shown);
	progress->done = progress->total = 0;
	progress->in_percent = progress->shown = false;
	progress->stage = NULL;
	progress->began_ms = progress->now_ms(progress->context);
	progress->next_ms = progress->began_ms + PROGRESS_PATIENCE_MS;
}

void progress_begin(struct progress *progress, uint64_t total_bytes, const char *format,
		    ...)
{
	va_list args;

	if (!progress)
		return;
	va_start(args, format);
	begin(progress, format, args);
	va_end(args);
	progress->total = total_bytes;
}

void progress_begin_percent(struct progress *progress, const char *format, ...)
{
	va_list args;

	if (!progress)
		return;
	va_start(args, format);
	begin(progress, format, args);
	va_end(args);
	progress->in_percent = true;
	progress->total = 10000;
}

void progress_begin_stage(struct progress *progress, const char *stage,
			  const char *format, ...)
{
	va_list args;

	if (!progress)
		return;
	va_start(args, format);
	begin(progress, format, args);
	va_end(args);
	progress->stage = stage;
}

void progress_stage(struct progress *progress, const char *stage)
{
	if (!progress)
		return;
	progress->stage = stage;
	progress_set(progress, 0);
}

void progress_set(struct progress *progress, uint64_t done)
{
	uint64_t now;

	if (!progress || !progress->what)
		return;
	progress->done = progress->total > 0 ? MIN(done, progress->total) : done;
	now = progress->now_ms(progress->context);
	if (now < progress->next_ms)
		return;
	progress->next_ms = now + (is_terminal(progress) ? BAR_EVERY_MS : LINE_EVERY_MS);
	show(progress);
}

void progress_add(struct progress *progress, uint64_t done)
{
	if (progress)
		progress_set(progress, progress->done + done);
}

void progress_end(struct progress *progress)
{
	_cleanup_text_ struct text text = {};
	uint64_t took;

	if (!progress || !progress->what)
		return;
	took = progress->now_ms(progress->context) - progress->began_ms;
	if (progress->shown && is_terminal(progress)) {
		text_adds(&text, CLEAR_LINE);
	} else if (progress->shown) {
		text_printf(&text, "%s: ended after %ju.%ju s\n", progress->what,
			    (uintmax_t)(took / 1000), (uintmax_t)(took % 1000 / 100));
	}
	if (text.n > 0)
		say(progress, &text);
	free(progress->what);
	progress->what = NULL;
}

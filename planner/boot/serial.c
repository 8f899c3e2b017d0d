/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/boot/serial.h"

#include "base/hash.h"
#include "base/mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { NOTE_LIMIT = 4096 };

uint64_t serial_checksum(const char *bytes, size_t n)
{
	return fnv1a(FNV1A_BEGIN, bytes, n);
}

void text_add_serial_record(struct text *text, const char *bytes, size_t n)
{
	text_printf(text, "\n" SERIAL_MARK "record %zu %016" PRIx64 "\n", n,
		    serial_checksum(bytes, n));
	text_add(text, bytes, n);
	text_adds(text, "\n");
}

static void damage(struct serial *serial, char *fault)
{
	free(serial->fault);
	serial->fault = fault;
	serial->state = SERIAL_DAMAGED;
}

static void on_start(struct serial *serial, char *words)
{
	serial->state = SERIAL_STARTED;
	serial->started = true;
	if (!streq(words, "1"))
		damage(serial,
		       xasprintf(
			       "the agent in the guest uses version \"%s\" of the protocol, not 1",
			       words));
}

/* LENGTH and CHECKSUM of the bytes that follow. */
static void begin_bytes(struct serial *serial, char *words)
{
	char *space = strchr(words, ' ');
	_cleanup_free_ char *sum = space ? xasprintf("0x%s", space + 1) : NULL;

	if (space)
		*space = '\0';
	if (!space || !parse_u64(words, &serial->left) ||
	    !parse_u64(sum, &serial->checksum)) {
		damage(serial, xstrdup("the line that announces the record is damaged"));
		return;
	}
	if (serial->left > SERIAL_RECORD_LIMIT - serial->record.n) {
		damage(serial, xasprintf("the guest announces a record of %" PRIu64
					 " bytes; the limit is %d MiB",
					 serial->record.n + serial->left,
					 SERIAL_RECORD_LIMIT >> 20));
		return;
	}
	serial->piece_start = serial->record.n;
	serial->state = SERIAL_RECORD;
}

static void drop_record(struct serial *serial, bool in_pieces)
{
	serial->has_record = false;
	serial->in_pieces = in_pieces;
	text_free(&serial->record);
}

static void on_record(struct serial *serial, char *words)
{
	drop_record(serial, false);
	begin_bytes(serial, words);
}

static void on_piece(struct serial *serial, char *words)
{
	if (!serial->in_pieces)
		drop_record(serial, true);
	begin_bytes(serial, words);
}

static void on_uptime(struct serial *serial, char *words)
{
	char *end;
	double value = strtod(words, &end);

	if (end != words && *end == '\0' && value > 0 && value < 1e9)
		serial->uptime_s = value;
}

static void on_note(struct serial *serial, char *words)
{
	if (serial->notes.n < NOTE_LIMIT)
		*vec_add(&serial->notes) = xstrdup(words);
}

static void on_assign(struct serial *serial, char *words)
{
	char *answer = strchr(words, ' '), *text;
	struct pci_address at;

	if (!answer)
		return;
	*answer++ = '\0';
	text = strchr(answer, ' ');
	if (text)
		*text++ = '\0';
	if (serial->assigns.n < NOTE_LIMIT && pci_address_parse(words, &at))
		*vec_add(&serial->assigns) = (struct serial_assign){
			.at = at,
			.ok = streq(answer, "ok"),
			.text = xstrdup(text ? text : ""),
		};
}

static void on_offline(struct serial *serial, char *words)
{
	(void)words;
	serial->offline = true;
}

static void on_shell(struct serial *serial, char *words)
{
	(void)words;
	serial->shell = true;
}

static void on_done(struct serial *serial, char *words)
{
	(void)words;
	if (serial->in_pieces)
		serial->has_record = true;
	if (serial->has_record)
		serial->state = SERIAL_DONE;
	else
		damage(serial, xstrdup("the agent in the guest ended without a record"));
}

static const struct {
	const char *word;
	void (*act)(struct serial *serial, char *words);
	bool before_start; /* valid even while waiting */
} words[] = {
	{"start", on_start, true},      {"record", on_record, false},
	{"piece", on_piece, false},     {"uptime", on_uptime, false},
	{"note", on_note, false},       {"assign", on_assign, false},
	{"shell", on_shell, false},     {"done", on_done, false},
	{"offline", on_offline, false},
};

/* A complete line without its end. Lines that are not ours are the kernel's. */
static void on_line(struct serial *serial)
{
	char *mark = strstr(serial->line.s, SERIAL_MARK), *word, *rest;

	if (!mark)
		return;
	word = mark + strlen(SERIAL_MARK);
	rest = word + strcspn(word, " ");
	if (*rest)
		*rest++ = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (streq(words[i].word, word) &&
		    (words[i].before_start || serial->state != SERIAL_WAITING)) {
			words[i].act(serial, rest);
			return;
		}
}

/* Keeps at least the last SERIAL_TAIL_BYTES, but moves them only rarely. */
static void keep_tail(struct serial *serial, const char *bytes, size_t n)
{
	struct text *tail = &serial->tail;

	if (n > SERIAL_TAIL_BYTES) {
		bytes += n - SERIAL_TAIL_BYTES;
		n = SERIAL_TAIL_BYTES;
	}
	if (tail->n + n > 2 * SERIAL_TAIL_BYTES) {
		memmove(tail->s, tail->s + tail->n - SERIAL_TAIL_BYTES,
			SERIAL_TAIL_BYTES);
		tail->n = SERIAL_TAIL_BYTES;
	}
	for (size_t i = 0; i < n; i++)
		if (bytes[i] != '\0' && bytes[i] != '\r')
			text_addc(tail, bytes[i]);
}

static void end_line(struct serial *serial)
{
	struct text *line = &serial->line;

	if (line->n > 0 && line->s[line->n - 1] == '\r')
		line->s[--line->n] = '\0';
	if (line->n > 0)
		on_line(serial);
	line->n = 0;
}

/* Consumes text up to the next end of a line; returns the number of bytes consumed. */
static size_t take_text(struct serial *serial, const char *bytes, size_t n)
{
	const char *newline = memchr(bytes, '\n', n);
	size_t some = newline ? (size_t)(newline - bytes) : n;
	size_t room = SERIAL_LINE_LIMIT - serial->line.n;

	keep_tail(serial, bytes, some + (newline != NULL));
	for (size_t i = 0; i < MIN(some, room); i++)
		text_addc(&serial->line, bytes[i] ? bytes[i] : ' ');
	if (newline)
		end_line(serial);
	return some + (newline != NULL);
}

/* Consumes the available part of the record; returns the number of bytes consumed. */
static size_t take_record(struct serial *serial, const char *bytes, size_t n)
{
	size_t some = MIN(n, (size_t)serial->left), start = serial->piece_start;

	text_add(&serial->record, bytes, some);
	serial->left -= some;
	if (serial->left > 0)
		return some;
	text_add(&serial->record, "", 0);
	if (serial_checksum(serial->record.s + start, serial->record.n - start) ==
	    serial->checksum) {
		serial->has_record = !serial->in_pieces;
		serial->state = SERIAL_STARTED;
	} else {
		damage(serial, xstrdup("the record is damaged: its checksum is wrong"));
	}
	return some;
}

enum serial_state serial_feed(struct serial *serial, const char *bytes, size_t n)
{
	size_t i = 0;

	serial->bytes += n;
	while (i < n && serial->state != SERIAL_DONE && serial->state != SERIAL_DAMAGED) {
		if (serial->state == SERIAL_RECORD)
			i += take_record(serial, bytes + i, n - i);
		else
			i += take_text(serial, bytes + i, n - i);
	}
	if (serial->bytes > SERIAL_LIMIT && serial->state != SERIAL_DONE &&
	    serial->state != SERIAL_DAMAGED)
		damage(serial,
		       xasprintf(
			       "the guest printed more than %d MiB without completing its record",
			       SERIAL_LIMIT >> 20));
	return serial->state;
}

void serial_finish(struct serial *serial)
{
	if (serial->state == SERIAL_RECORD)
		damage(serial, xasprintf("the record is truncated: %" PRIu64
					 " bytes of it are missing",
					 serial->left));
	else if (serial->state == SERIAL_WAITING)
		damage(serial, xstrdup(serial->bytes ? "the agent never started"
						     : "the guest printed nothing"));
	else if (serial->state == SERIAL_STARTED && serial->in_pieces)
		damage(serial,
		       xstrdup("the record is cut short: its last part is missing"));
	else if (serial->state == SERIAL_STARTED && !serial->has_record)
		damage(serial, xstrdup("the agent started but sent no record"));
}

void serial_free(struct serial *serial)
{
	for (size_t i = 0; i < serial->notes.n; i++)
		free(serial->notes.v[i]);
	for (size_t i = 0; i < serial->assigns.n; i++)
		free(serial->assigns.v[i].text);
	vec_free(&serial->notes);
	vec_free(&serial->assigns);
	text_free(&serial->record);
	text_free(&serial->tail);
	text_free(&serial->line);
	free(serial->fault);
	serial->fault = NULL;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "partition/inspect-parts.h"

#include <stdarg.h>

struct finding *inspector_find(struct inspector *in, const char *rule,
			       enum severity severity, const char *subject,
			       const char *format, ...)
{
	_cleanup_text_ struct text message = {};
	struct finding *finding;
	va_list args;

	va_start(args, format);
	text_vprintf(&message, format, args);
	va_end(args);
	finding = report_add(in->report, rule, severity, "%s", message.s);
	finding->place.file = in->io->name;
	finding->subject = xstrdup(subject);
	if (severity == SEVERITY_ERROR)
		in->ret->intact = false;
	return finding;
}

const char *partition_subject(unsigned number, char ret[static SUBJECT_BYTES])
{
	struct text text = {};

	text_printf(&text, "partition %u", number);
	memcpy(ret, text.s, MIN(text.n + 1, (size_t)SUBJECT_BYTES));
	ret[SUBJECT_BYTES - 1] = 0;
	text_free(&text);
	return ret;
}

int inspector_read(struct inspector *in, uint64_t lba, uint64_t n, void *bytes,
		   struct error *error)
{
	return disk_read(in->io, bytes, (size_t)(n * in->sector_bytes),
			 lba * in->sector_bytes, error);
}

void inspector_say_isohybrid(struct inspector *in)
{
	if (in->ret->isohybrid)
		return;
	in->ret->isohybrid = true;
	inspector_find(
		in, "gpt-hybrid", SEVERITY_WARNING, NULL,
		"It is an isohybrid image: an ISO 9660 file system together with partition tables that describe parts of the same image, so that it can be booted in different ways.")
		->remedy =
		xstrdup("Do not change its tables: they must agree with each other.");
}

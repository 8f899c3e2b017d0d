/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fw-cfg.c - sources: QEMU docs/specs/fw_cfg.rst; system/qtest.c (the commands);
 * addresses: hw/i386/fw_cfg.h, hw/arm/virt.c (a15memmap).
 */
#include "planner/boot/fw-cfg.h"

#include "base/base64.h"
#include "base/mem.h"

enum {
	KEY_DIRECTORY = 0x19,
	CONTROL_READ = 1 << 1,
	CONTROL_SELECT = 1 << 3,
	ENTRY_BYTES = 64,
	ENTRY_KEY = 4,
	ENTRY_NAME = 8,
	COUNT_BYTES = 4,
	ANSWERS = 5, /* per request: all but the last two are just "OK" */
	ANSWER_STATUS = 4,
};

static const struct place {
	const char *trigger; /* two lines that start the transfer from memory */
	uint64_t memory;     /* of the guest: the transfer's description, then the data */
} places[] = {
	/*
	 * Numbers are written in the machine's byte order; the device expects the other
	 * one.
	 */
	[FW_CFG_PORTS] = {"outl 0x514 0x0\noutl 0x518 0x00001000\n", 0x100000},
	[FW_CFG_MEMORY] = {"writel 0x9020010 0x0\nwritel 0x9020014 0x00000040\n",
			   0x40000000},
};

#define DATA_OFFSET 0x1000

/* Selects @key and reads @n bytes of it. */
static void ask(struct fw_cfg *f, uint16_t key, size_t n)
{
	const struct place *place = &places[f->place];
	unsigned long long data = place->memory + DATA_OFFSET;

	f->n = n;
	f->answers = 0;
	text_printf(&f->out, "write 0x%llx 0x10 0x%08x%08zx%016llx\n",
		    (unsigned long long)place->memory,
		    (unsigned)key << 16 | CONTROL_SELECT | CONTROL_READ, n, data);
	text_adds(&f->out, place->trigger);
	text_printf(&f->out, "read 0x%llx 0x4\n", (unsigned long long)place->memory);
	text_printf(&f->out, "b64read 0x%llx 0x%zx\n", data, n);
}

void fw_cfg_begin(struct fw_cfg *ret, enum fw_cfg_place place, const char *name)
{
	ret->place = place;
	ret->name = name;
	ret->in_directory = true;
	ask(ret, KEY_DIRECTORY, COUNT_BYTES + FW_CFG_FILES * ENTRY_BYTES);
}

static void end(struct fw_cfg *f, const char *fault)
{
	f->fault = fault;
	f->done = true;
}

static uint32_t big_endian(const char *bytes, size_t n)
{
	uint32_t value = 0;

	for (size_t i = 0; i < n; i++)
		value = value << 8 | (uint8_t)bytes[i];
	return value;
}

/* The directory has arrived: asks for the file, or ends. */
static void look_up(struct fw_cfg *f)
{
	const char *directory = f->file.s;
	uint32_t n = MIN(big_endian(directory, COUNT_BYTES), (uint32_t)FW_CFG_FILES);

	for (size_t i = 0; i < n; i++) {
		const char *entry = directory + COUNT_BYTES + i * ENTRY_BYTES;
		uint32_t size = big_endian(entry, 4);

		if (strncmp(entry + ENTRY_NAME, f->name, ENTRY_BYTES - ENTRY_NAME) != 0)
			continue;
		if (size == 0 || size > FW_CFG_FILE_LIMIT) {
			end(f, "fw_cfg reports an implausible size for the file");
			return;
		}
		f->found = true;
		f->in_directory = false;
		ask(f, (uint16_t)big_endian(entry + ENTRY_KEY, 2), size);
		return;
	}
	text_free(&f->file);
	end(f, NULL);
}

static void take_bytes(struct fw_cfg *f, const char *base64)
{
	text_free(&f->file);
	if (!text_add_from_base64(&f->file, base64) || f->file.n != f->n)
		end(f, "QEMU returned another number of bytes than requested");
	else if (f->in_directory)
		look_up(f);
	else
		end(f, NULL);
}

static void take_line(struct fw_cfg *f)
{
	const char *line = f->line.s;

	if (!has_prefix(line, "OK"))
		end(f, "QEMU rejected a command of the qtest protocol");
	else if (++f->answers == ANSWER_STATUS && !streq(line, "OK 0x00000000"))
		end(f, "fw_cfg did not transfer the file");
	else if (f->answers == ANSWERS && !has_prefix(line, "OK "))
		end(f, "QEMU's answer holds no bytes");
	else if (f->answers == ANSWERS)
		take_bytes(f, line + strlen("OK "));
}

void fw_cfg_feed(struct fw_cfg *f, const char *bytes, size_t n)
{
	while (n > 0 && !f->done) {
		const char *newline = memchr(bytes, '\n', n);
		size_t part = newline ? (size_t)(newline - bytes) : n;

		if (part > FW_CFG_LINE_LIMIT - f->line.n || memchr(bytes, '\0', part)) {
			end(f, "QEMU's answer is not one of the qtest protocol");
			return;
		}
		text_add(&f->line, bytes, part);
		if (!newline)
			return;
		take_line(f);
		text_free(&f->line);
		bytes += part + 1;
		n -= part + 1;
	}
}

void fw_cfg_free(struct fw_cfg *f)
{
	text_free(&f->out);
	text_free(&f->file);
	text_free(&f->line);
	*f = (struct fw_cfg){};
}

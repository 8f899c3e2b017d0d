/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * disk-stub.c - `disk stub`: the boot sector's message for users who start the disk with
 * a BIOS.
 */
#include "commands/disk.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/streams.h"
#include "partition/stub/refuse.h"
#include "partition/stub/stub.h"
#include "commands/disk-change.h"

#include <stdio.h>

struct wish {
	struct change_wish change;
	const char *message;
	bool remove, check;
};

static const struct option_row rows[] = {
	{"message", 'm', "FILE", "show the text in FILE", SET_FILE(struct wish, message)},
	{"remove", 0, NULL, "remove the boot code: overwrite it with zeros",
	 SET_TRUE(struct wish, remove)},
	{"check", 0, NULL,
	 "only check whether the message is installed; exit status 1 if not",
	 SET_TRUE(struct wish, check)},
	{OPTION_TABLE(change_rows, struct wish, change)},
	{},
};

static void say_forced(const char *path, const struct text *reasons)
{
	if (reasons->n > 0)
		streams_say("%s: written anyway, because of --force, although %s", path,
			    reasons->s);
}

static int read_options(const struct options *options, struct wish *wish,
			struct error *error)
{
	wish->change.disk.writable = true;
	if (options_set(options, wish, 1, 1, error) < 0)
		return -1;
	if (wish->remove + wish->check + (wish->message != NULL) > 1)
		return error_input(
			error, "--message, --remove and --check are mutually exclusive");
	return 0;
}

static int check(const char *path, struct wish *wish, struct error *error)
{
	static const char *const states[] = {
		[STUB_NONE] = "no boot code",
		[STUB_OURS] = "the message for UEFI-only disks",
		[STUB_OTHER] = "other boot code",
	};
	_cleanup_disk_ struct disk_io *io = NULL;
	_cleanup_free_ char *message = NULL;
	_cleanup_text_ struct text out = {};
	uint8_t sector[512];
	enum stub_state state;

	wish->change.disk.writable = false;
	io = disk_open(path, &wish->change.disk, NULL, error);
	if (!io || disk_read(io, sector, sizeof(sector), 0, error) < 0)
		return -1;
	state = stub_find(sector, &message);
	text_add_shown(&out, path);
	text_printf(&out, ": %s\n", states[state]);
	for (const char *at = message; at && *at; at++)
		if (*at != '\r')
			text_addc(&out, *at);
	disk_close(TAKE(io));
	fwrite(out.s, 1, out.n, stdout);
	return state == STUB_OURS ? STATUS_OK : STATUS_FINDINGS;
}

/* Sector 0 before and after. */
static int make_patch(struct changed_disk *disk, const struct wish *wish,
		      struct patch *patch, struct error *error)
{
	uint8_t old[4096], new[4096];
	_cleanup_text_ struct text message = {};

	patch->sector_bytes = disk->seen.table.sector_bytes;
	if (patch->sector_bytes == 0)
		return error_input(error, "%s: is too small for a boot sector",
				   disk->io->name);
	if (disk_read(disk->io, old, patch->sector_bytes, 0, error) < 0)
		return -1;
	memcpy(new, old, sizeof(new));
	if (wish->message && file_read(wish->message, 65536, &message, error) < 0)
		return option_wrap(error, "message", wish->message);
	if (wish->remove)
		stub_clear(new);
	else if (stub_fill(new, wish->message ? message.s : NULL, message.n, error) < 0)
		return wish->message ? error_wrap(error, "%s", wish->message) : -1;
	patch_add(patch, 0, 0, old, new);
	return 0;
}

/* Reasons against it, unless it is forced. */
static int refuse(struct changed_disk *disk, const struct wish *wish,
		  struct text *reasons, struct error *error)
{
	if (wish->remove)
		stub_cannot_remove(&disk->seen, reasons);
	else if (stub_would_break(disk->io, &disk->seen, reasons, error) < 0)
		return -1;
	if (reasons->n == 0 || wish->change.force)
		return 0;
	return error_input(error,
			   "%s: not changed, because %s; use --force to write anyway",
			   disk->io->name, reasons->s);
}

static int run(const struct options *options, struct error *error)
{
	_cleanup_changed_disk_ struct changed_disk disk = {};
	_cleanup_patch_ struct patch patch = {};
	_cleanup_text_ struct text reasons = {};
	struct wish wish = {};
	int rc;

	if (read_options(options, &wish, error) < 0)
		return -1;
	if (wish.check)
		return check(options->args[0], &wish, error);
	if (change_begin(options->args[0], &wish.change, &disk, error) < 0 ||
	    refuse(&disk, &wish, &reasons, error) < 0 ||
	    make_patch(&disk, &wish, &patch, error) < 0 ||
	    change_commit(&disk, &patch, NULL, error) < 0)
		return -1;
	rc = change_end(&disk, options->args[0], error);
	say_forced(options->args[0], &reasons);
	return rc;
}

const struct command disk_stub_command = {
	.name = "stub",
	.args = "IMAGE",
	.summary = "Make a UEFI-only disk show a message when it is started by a BIOS",
	.about =
		"Writes a small program and a message into the first 440 bytes of the disk.\nThe partition table, including its signature, is not touched.",
	.rows = rows,
	.run = run,
};

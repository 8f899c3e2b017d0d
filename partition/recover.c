/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * recover.c - the counterpart of commit.c: from a sidecar, forward or back.
 *
 * Theory of operation: a medium writes pieces of 512 bytes completely or not at all, so
 * whatever happened, each piece that the change touches has its old or its new content. A
 * piece that has neither was written by another program, and then nothing is touched.
 */
#include "partition/commit.h"

#include "partition/patch-write.h"

#include <inttypes.h>
#include <sys/sysmacros.h>

#define PIECE_BYTES 512

static bool is_zero(const uint8_t *bytes, size_t n)
{
	return bytes[0] == 0 && memcmp(bytes, bytes + 1, n - 1) == 0;
}

static void count_pieces(const struct patch_sector *sector, const uint8_t *is,
			 uint32_t sector_bytes, struct recover_state *ret)
{
	for (uint32_t at = 0; at < sector_bytes; at += PIECE_BYTES) {
		bool old = memcmp(is + at, sector->old + at, PIECE_BYTES) == 0;
		bool new = memcmp(is + at, sector->new + at, PIECE_BYTES) == 0;

		ret->telling += (old || new) && !is_zero(is + at, PIECE_BYTES);
		if (!old && !new && ret->other++ == 0)
			ret->other_lba = sector->lba;
		ret->old += old && !new;
		ret->new += new && !old;
	}
}

/* The file, or the block device, that the change was made to. */
static int need_same(const struct disk_io *io, const struct journal *journal,
		     struct error *error)
{
	uint64_t device = io->is_device ? io->device_number : io->device;

	if (journal->inode && io->inode != journal->inode)
		return error_input(
			error,
			"%s: is not the file that the journal is for (%s, inode %" PRIu64
			"); if it is a copy of that file, disk recover --copied compares the content instead",
			io->name, journal->image, journal->inode);
	if (journal->device && device != journal->device)
		return error_input(
			error,
			"%s: is not on the device of the file that the journal is for (%s, device %u:%u, now %u:%u); if only the device number changed, or if this is a copy, use disk recover --copied to compare the content instead",
			io->name, journal->image, major(journal->device),
			minor(journal->device), major(device), minor(device));
	return 0;
}

int recover_look(struct disk_io *io, const struct journal *journal, bool copied,
		 struct recover_state *ret, struct error *error)
{
	const struct patch *patch = &journal->patch;
	uint8_t bytes[4096];

	*ret = (struct recover_state){};
	if (io->size_bytes != journal->size_bytes)
		return error_input(error,
				   "%s: has %" PRIu64
				   " bytes, but the journal is for %" PRIu64,
				   io->name, io->size_bytes, journal->size_bytes);
	if (!copied && need_same(io, journal, error) < 0)
		return -1;
	for (size_t i = 0; i < patch->sectors.n; i++) {
		const struct patch_sector *sector = &patch->sectors.v[i];

		if (disk_read(io, bytes, patch->sector_bytes,
			      sector->lba * patch->sector_bytes, error) < 0)
			return -1;
		count_pieces(sector, bytes, patch->sector_bytes, ret);
	}
	return 0;
}

static int write_all_again(struct disk_io *io, const struct patch *patch, bool undo,
			   struct error *error)
{
	size_t at = undo ? patch->sectors.n : 0;

	while (undo ? at > 0 : at < patch->sectors.n) {
		struct patch_range group = undo ? patch_group_before(patch, at)
						: patch_group_from(patch, at);

		if (patch_write(io, patch, group, undo, NULL, error) < 0 ||
		    disk_flush(io, error) < 0)
			return -1;
		at = undo ? group.first : group.end;
	}
	return 0;
}

int disk_recover(struct disk_io *io, const struct journal *journal, bool undo,
		 bool copied, struct error *error)
{
	struct recover_state state;

	if (recover_look(io, journal, copied, &state, error) < 0)
		return -1;
	if (state.other > 0)
		return error_input(
			error,
			"%s: block %" PRIu64
			" has neither its old nor its new content: another program wrote to it; nothing was written",
			io->name, state.other_lba);
	if (copied && state.telling == 0)
		return error_input(
			error,
			"%s: contains only zeros where the journal has sectors, so it cannot be recognized as a copy of %s; nothing was written",
			io->name, journal->image);
	if (write_all_again(io, &journal->patch, undo, error) < 0 ||
	    patch_must_be(io, &journal->patch, undo, NULL, error) < 0)
		return error_wrap(error, "the change is neither finished nor undone");
	return 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "partition/fill-room.h"

#include "base/size.h"
#include "partition/fill-tree.h"

#include <sys/stat.h>
#include <sys/statvfs.h>

/* A disk with less room than this is full. */
#define ROOM_BYTES (1u << 20)

/* Whether a tool failed because the files do not fit: what mke2fs and mcopy print. */
static bool lacks_room(const struct error *error)
{
	static const char *const words[] = {"Could not allocate", "No free space",
					    "No space left", "Disk full"};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (strstr(error->message, words[i]))
			return true;
	return false;
}

/* Whether a file that has room for so many bytes cannot grow, because its disk is full.
 */
static bool host_is_full(int fd, uint64_t room_bytes, uint64_t bytes)
{
	struct statvfs host;

	return bytes < room_bytes && fstatvfs(fd, &host) == 0 && host.f_blocks > 0 &&
	       (uint64_t)host.f_bavail * host.f_frsize < ROOM_BYTES;
}

int fill_explain_room(const struct filling *filling, int scratch, struct error *error)
{
	const struct fill *fill = filling->fill;
	_cleanup_text_ struct text needs = {}, room = {};
	uint64_t files, bytes;
	struct stat st;

	if (!fill->copy_files || !lacks_room(error) || fstat(scratch, &st) < 0 ||
	    !tree_size(fill->copy_files, &files, &bytes) ||
	    host_is_full(scratch, (uint64_t)st.st_size, bytes))
		return -1;
	text_add_size_about(&needs, bytes);
	text_add_size_about(&room, (uint64_t)st.st_size);
	error_clear(error);
	return error_input(
		error,
		"%s (%ju %s, %s) does not fit: the partition has %s, and the %s file system needs a part of it; make the partition larger",
		fill->content ? "the content" : fill->copy_files, (uintmax_t)files,
		files == 1 ? "file" : "files", needs.s, room.s, fill->format);
}

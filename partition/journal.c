/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * journal.c - the sidecar's file. All numbers are little-endian:
 *
 *     0   8  "VLJOURN1"
 *     8   4  CRC-32 of all that follows
 *     12  4  bytes of a sector
 *     16  8  bytes of the disk, 24: device, 32: inode of the image
 *     40  4  number of sectors, 44: label, 48: bytes of the name, 52: 0
 *     56     the name, then of each sector: LBA (8), group (4), 0 (4), old, new
 */
#include "partition/journal.h"

#include "base/file.h"
#include "base/mem.h"
#include "partition/bytes.h"
#include "partition/crc32.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <unistd.h>

#define MAGIC               "VLJOURN1"
#define HEADER_BYTES        56
#define CRC_FROM            12
#define SECTOR_HEADER_BYTES 16
#define MAX_SECTORS         65536
#define MAX_FILE_BYTES      (UINT64_C(768) << 20)

char *journal_path(const char *image)
{
	_cleanup_free_ char *target = realpath(image, NULL);

	return xasprintf("%s.virt-layout-journal", target ? target : image);
}

static void add_le32(struct text *text, uint32_t value)
{
	uint8_t bytes[4];

	put_le32(bytes, value);
	text_add(text, (const char *)bytes, sizeof(bytes));
}

static void add_le64(struct text *text, uint64_t value)
{
	add_le32(text, (uint32_t)value);
	add_le32(text, (uint32_t)(value >> 32));
}

static void encode(const struct journal *journal, struct text *ret)
{
	const struct patch *patch = &journal->patch;

	text_adds(ret, MAGIC);
	add_le32(ret, 0);
	add_le32(ret, patch->sector_bytes);
	add_le64(ret, journal->size_bytes);
	add_le64(ret, journal->device);
	add_le64(ret, journal->inode);
	add_le32(ret, (uint32_t)patch->sectors.n);
	add_le32(ret, journal->label);
	add_le32(ret, (uint32_t)strlen(journal->image));
	add_le32(ret, 0);
	text_adds(ret, journal->image);
	for (size_t i = 0; i < patch->sectors.n; i++) {
		const struct patch_sector *sector = &patch->sectors.v[i];

		add_le64(ret, sector->lba);
		add_le32(ret, sector->group);
		add_le32(ret, 0);
		text_add(ret, (const char *)sector->old, patch->sector_bytes);
		text_add(ret, (const char *)sector->new, patch->sector_bytes);
	}
	put_le32((uint8_t *)ret->s + 8,
		 crc32_add(0, ret->s + CRC_FROM, ret->n - CRC_FROM));
}

static bool parse_sectors(const uint8_t *at, uint32_t n, struct journal *ret)
{
	struct patch *patch = &ret->patch;
	uint32_t bytes = patch->sector_bytes;

	for (uint32_t i = 0; i < n; i++) {
		uint64_t lba = get_le64(at);
		struct patch_sector *sector;

		if (lba >= ret->size_bytes / bytes)
			return false;
		sector = vec_add(&patch->sectors);
		sector->lba = lba;
		sector->group = get_le32(at + 8);
		at += SECTOR_HEADER_BYTES;
		sector->old = xmemdup(at, bytes);
		sector->new = xmemdup(at + bytes, bytes);
		at += 2 * (size_t)bytes;
		if (i > 0 &&
		    (sector->group < sector[-1].group ||
		     (sector->group == sector[-1].group && lba <= sector[-1].lba)))
			return false;
	}
	return true;
}

bool journal_parse(const uint8_t *bytes, size_t n, struct journal *ret)
{
	uint32_t n_sectors, n_name;
	uint64_t whole;

	*ret = (struct journal){};
	if (n < HEADER_BYTES || memcmp(bytes, MAGIC, 8) != 0 ||
	    crc32_add(0, bytes + CRC_FROM, n - CRC_FROM) != get_le32(bytes + 8))
		return false;
	ret->patch.sector_bytes = get_le32(bytes + 12);
	ret->size_bytes = get_le64(bytes + 16);
	ret->device = get_le64(bytes + 24);
	ret->inode = get_le64(bytes + 32);
	n_sectors = get_le32(bytes + 40);
	n_name = get_le32(bytes + 48);
	if ((ret->patch.sector_bytes != 512 && ret->patch.sector_bytes != 4096) ||
	    n_sectors > MAX_SECTORS || n_name > PATH_MAX ||
	    get_le32(bytes + 44) > LABEL_DOS)
		return false;
	ret->label = get_le32(bytes + 44);
	whole = HEADER_BYTES + (uint64_t)n_name +
		(uint64_t)n_sectors *
			(SECTOR_HEADER_BYTES + 2 * (uint64_t)ret->patch.sector_bytes);
	if (whole != n)
		return false;
	ret->image = xstrndup((const char *)bytes + HEADER_BYTES, n_name);
	if (parse_sectors(bytes + HEADER_BYTES + n_name, n_sectors, ret))
		return true;
	journal_free(ret);
	return false;
}

/*
 * A file without a name in the directory of @path: a process that is killed leaves
 * nothing behind. -1 if it cannot be made; a file with a name may be possible.
 */
static int open_unnamed(const char *path)
{
	_cleanup_free_ char *folder = xstrdup(path);

	return open(dirname(folder), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
}

/* Gives it the name; false with errno set. */
static bool give_name(int fd, const char *path)
{
	_cleanup_free_ char *link = xasprintf("/proc/self/fd/%d", fd);

	return linkat(AT_FDCWD, link, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0;
}

static int cannot_create(const char *path, struct error *error)
{
	if (errno == EEXIST)
		return error_input(
			error,
			"%s: exists, because an earlier change was not finished; disk recover finishes or undoes it",
			path);
	return error_system(
		error, errno,
		"%s: cannot create the journal (use --journal to put it somewhere else)",
		path);
}

static int fill(int fd, const char *path, const struct text *text, struct error *error)
{
	if (file_write_fd(fd, path, text->s, text->n, error) < 0)
		return error_wrap(error, "the journal");
	if (fsync(fd) < 0)
		return error_system(error, errno, "the journal: %s: cannot be flushed",
				    path);
	return 0;
}

/* Where files without a name do not exist (NFS), or no name can be given (no /proc). */
static int write_named(const char *path, const struct text *text, struct error *error)
{
	_cleanup_fd_ int fd =
		open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return cannot_create(path, error);
	if (fill(fd, path, text, error) == 0)
		return 0;
	unlink(path);
	return -1;
}

static int write_file(const char *path, const struct text *text, struct error *error)
{
	_cleanup_fd_ int fd = open_unnamed(path);

	if (fd < 0)
		return write_named(path, text, error);
	if (fill(fd, path, text, error) < 0)
		return -1;
	if (give_name(fd, path))
		return 0;
	return errno == EEXIST ? cannot_create(path, error)
			       : write_named(path, text, error);
}

int journal_write(const char *path, const struct journal *journal, struct error *error)
{
	_cleanup_text_ struct text text = {};

	encode(journal, &text);
	if (write_file(path, &text, error) < 0)
		return -1;
	if (file_sync_directory(path, error) == 0)
		return 0;
	unlink(path);
	return error_wrap(error, "the journal");
}

static bool is_empty(const struct text *text)
{
	for (size_t i = 0; i < text->n; i++)
		if (text->s[i])
			return false;
	return true;
}

int journal_read(const char *path, struct journal *ret, enum journal_state *ret_state,
		 struct error *error)
{
	_cleanup_text_ struct text text = {};

	*ret = (struct journal){};
	*ret_state = JOURNAL_NONE;
	if (access(path, F_OK) < 0 && errno == ENOENT)
		return 0;
	if (file_read(path, MAX_FILE_BYTES, &text, error) < 0)
		return -1;
	if (is_empty(&text)) {
		*ret_state = JOURNAL_EMPTY;
		return 0;
	}
	if (memcmp(text.s, MAGIC, MIN(text.n, strlen(MAGIC))) != 0)
		return error_input(error, "%s: is not a journal of virt-layout", path);
	*ret_state = journal_parse((const uint8_t *)text.s, text.n, ret)
			     ? JOURNAL_WHOLE
			     : JOURNAL_PARTIAL;
	return 0;
}

int journal_drop(const char *path, struct error *error)
{
	if (unlink(path) < 0)
		return error_system(error, errno, "%s: cannot be removed", path);
	return file_sync_directory(path, error);
}

void journal_free(struct journal *journal)
{
	free(journal->image);
	patch_free(&journal->patch);
	*journal = (struct journal){};
}

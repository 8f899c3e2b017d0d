/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * content.c - identifies the content of a disk with libblkid, which gets the regions
 * where superblocks are found, copied into a memory file of the range's size. So this
 * works for qcow2 too, and libblkid sees nothing else of an untrusted disk. To find every
 * signature, each one is erased in the copy after it is found, and the copy is probed
 * again, as in wipefs(8).
 */
#include "partition/content.h"

#include "base/file.h"
#include "base/mem.h"

#include <blkid/blkid.h>
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#define FRONT_BYTES                                                                      \
	(UINT64_C(4) << 20) /* VMFS begins at 2 MiB, UDF's anchor at 1 MiB               \
			     */
#define BACK_BYTES     (UINT64_C(1) << 20) /* ZFS's labels occupy the last 512 KiB */
#define PAGE_BYTES     4096u
#define PIECE_BYTES    (256u << 10)
#define MAX_SIGNATURES 4096 /* ZFS has 256 uberblocks in each of four labels */

/* A copy of the regions of bytes [start, end) of a disk. */
struct copy {
	int fd;
	uint64_t start, end;
	bool blank; /* there are only zeros, so libblkid would find nothing */
};

static void copy_close(struct copy *copy)
{
	close_fd(&copy->fd);
}

static bool is_zero(const uint8_t *bytes, size_t n)
{
	return bytes[0] == 0 && memcmp(bytes, bytes + 1, n - 1) == 0;
}

/*
 * Copies bytes [from, to) of the disk, piece by piece. Holes are not read, and pages of
 * zeros become holes.
 */
static int copy_region(struct disk_io *io, struct copy *copy, uint64_t from, uint64_t to,
		       struct error *error)
{
	uint64_t at = disk_next_data(io, from, to);
	_cleanup_free_ uint8_t *bytes =
		at < to ? xreallocarray(NULL, 1, PIECE_BYTES) : NULL;

	for (; at < to; at = disk_next_data(io, at + PIECE_BYTES, to)) {
		size_t n = (size_t)MIN(to - at, (uint64_t)PIECE_BYTES);

		if (disk_read(io, bytes, n, at, error) < 0)
			return -1;
		for (size_t page = 0; page < n; page += PAGE_BYTES) {
			size_t part = MIN(n - page, (size_t)PAGE_BYTES);
			off_t to_at = (off_t)(at - copy->start + page);

			if (is_zero(bytes + page, part))
				continue;
			copy->blank = false;
			if (pwrite(copy->fd, bytes + page, part, to_at) != (ssize_t)part)
				return error_system(error, errno,
						    "cannot copy %s into memory",
						    io->name);
		}
	}
	return 0;
}

static int copy_open(struct disk_io *io, uint64_t start, uint64_t end, struct copy *ret,
		     struct error *error)
{
	uint64_t size = end - start, front = MIN(size, FRONT_BYTES);

	*ret = (struct copy){memfd_create("content", MFD_CLOEXEC), start, end, true};
	if (ret->fd < 0 || ftruncate(ret->fd, (off_t)size) < 0)
		return error_system(error, errno, "cannot create a memfd of %ju bytes",
				    (uintmax_t)size);
	if (copy_region(io, ret, start, start + front, error) < 0)
		return -1;
	return copy_region(io, ret, MAX(start + front, end - MIN(size, BACK_BYTES)), end,
			   error);
}

static void free_probe(blkid_probe *probe)
{
	blkid_free_probe(*probe);
}

static blkid_probe new_probe(int fd, int flags)
{
	blkid_probe probe = blkid_new_probe();

	if (probe && blkid_probe_set_device(probe, fd, 0, 0) == 0 &&
	    blkid_probe_enable_superblocks(probe, 1) == 0 &&
	    blkid_probe_set_superblocks_flags(probe, flags) == 0 &&
	    blkid_probe_enable_partitions(probe, 1) == 0 &&
	    blkid_probe_set_partitions_flags(probe, flags & BLKID_SUBLKS_MAGIC
							    ? BLKID_PARTS_MAGIC
							    : 0) == 0)
		return probe;
	free_probe(&probe);
	return NULL;
}

/* Where the types of table are that libblkid does not know, and DDF's anchor. */
struct magic {
	const char *type;
	enum signature_kind kind;
	bool from_end;
	uint32_t offset; /* of the first position */
	uint32_t places; /* number of positions, 512 bytes apart */
	const char *bytes;
};

/*
 * libparted 3.5, libparted/labels. VOL1, LNX1 and CMS1 are EBCDIC. A BSD label is in
 * sector 1 on x86, and in sector 0 on other machines and if libparted made it. libparted
 * fills an Atari one that has no partition with its name.
 */
static const struct magic magics[] = {
	{"amiga", SIGNATURE_TABLE, false, 0, 16, "RDSK"},
	{"pc98", SIGNATURE_TABLE, false, 4, 1, "IPL1"},
	{"bsd", SIGNATURE_TABLE, false, 512, 1, "\x57\x45\x56\x82"},
	{"bsd", SIGNATURE_TABLE, false, 64, 1, "\x57\x45\x56\x82"},
	{"bsd", SIGNATURE_TABLE, false, 128, 1, "\x57\x45\x56\x82"},
	{"atari", SIGNATURE_TABLE, false, 455, 1, "PARTEDATARI"},
	{"dasd", SIGNATURE_TABLE, false, 512, 16, "\xe5\xd6\xd3\xf1"},
	{"dasd", SIGNATURE_TABLE, false, 512, 16, "\xd3\xd5\xe7\xf1"},
	{"dasd", SIGNATURE_TABLE, false, 512, 16, "\xc3\xd4\xe2\xf1"},
	{"ddf_raid_member", SIGNATURE_MEMBER, true, 512, 1, "\xde\x11\xde\x11"},
};

static bool has_magic(const struct copy *copy, const struct magic *magic, uint64_t *ret)
{
	uint64_t size = copy->end - copy->start;
	size_t n = strlen(magic->bytes);
	char bytes[16];

	for (uint32_t i = 0; i < magic->places; i++) {
		uint64_t at = magic->offset + (uint64_t)i * 512;

		if (at > size)
			break;
		*ret = magic->from_end ? size - at : at;
		if (pread(copy->fd, bytes, n, (off_t)*ret) == (ssize_t)n &&
		    memcmp(bytes, magic->bytes, n) == 0)
			return true;
	}
	return false;
}

static bool has_type(const struct contents *contents, const char *type)
{
	for (size_t i = 0; i < contents->list.n; i++)
		if (streq(contents->list.v[i].type, type))
			return true;
	return false;
}

static void find_magics(const struct copy *copy, struct contents *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(magics); i++) {
		uint64_t at;

		if (has_type(ret, magics[i].type) || !has_magic(copy, &magics[i], &at))
			continue;
		contents_add(ret, magics[i].kind, magics[i].type);
		vec_last(&ret->list)->offset = copy->start + at;
		vec_last(&ret->list)->n_bytes = (uint32_t)strlen(magics[i].bytes);
	}
}

static enum signature_kind kind_of(const char *usage)
{
	static const struct {
		const char *usage;
		enum signature_kind kind;
	} rows[] = {{"filesystem", SIGNATURE_FILESYSTEM},
		    {"raid", SIGNATURE_MEMBER},
		    {"crypto", SIGNATURE_CRYPTO}};

	for (size_t i = 0; usage && i < ARRAY_SIZE(rows); i++)
		if (streq(usage, rows[i].usage))
			return rows[i].kind;
	return SIGNATURE_OTHER;
}

static const char *value_of(blkid_probe probe, const char *name)
{
	const char *value = NULL;

	return blkid_probe_lookup_value(probe, name, &value, NULL) == 0 ? value : NULL;
}

/* What the probe found last; false if it has no position and so cannot be erased. */
static bool take_found(blkid_probe probe, const struct copy *copy, struct contents *ret)
{
	const char *type = value_of(probe, "TYPE"), *at, *magic;
	bool table = !type;
	size_t n = 0;
	uint64_t offset = 0;

	if (table)
		type = value_of(probe, "PTTYPE");
	if (!type)
		return false;
	at = value_of(probe, table ? "PTMAGIC_OFFSET" : "SBMAGIC_OFFSET");
	contents_add(ret, table ? SIGNATURE_TABLE : kind_of(value_of(probe, "USAGE")),
		     type);
	if (!at || !parse_u64(at, &offset) ||
	    blkid_probe_lookup_value(probe, table ? "PTMAGIC" : "SBMAGIC", &magic, &n) !=
		    0)
		return false;
	vec_last(&ret->list)->offset = copy->start + offset;
	vec_last(&ret->list)->n_bytes = (uint32_t)n;
	return true;
}

int contents_find(struct disk_io *io, uint64_t start, uint64_t end, struct contents *ret,
		  struct error *error)
{
	_cleanup_(copy_close) struct copy copy = {.fd = -1};
	_cleanup_(free_probe) blkid_probe probe = NULL;
	int found;

	if (end - start < 512)
		return 0;
	if (copy_open(io, start, end, &copy, error) < 0)
		return -1;
	if (copy.blank)
		return 0;
	find_magics(&copy, ret);
	probe = new_probe(copy.fd,
			  BLKID_SUBLKS_MAGIC | BLKID_SUBLKS_TYPE | BLKID_SUBLKS_USAGE);
	if (!probe)
		return error_system(error, errno, "%s: cannot set up libblkid", io->name);
	for (int i = 0; i < MAX_SIGNATURES; i++) {
		found = blkid_do_probe(probe);
		if (found != 0)
			break;
		if (take_found(probe, &copy, ret) && blkid_do_wipe(probe, 0) < 0)
			return error_system(error, errno,
					    "%s: libblkid cannot work on a copy",
					    io->name);
	}
	return found < 0 ? error_system(error, errno, "%s: libblkid cannot read it",
					io->name)
			 : 0;
}

/* Tables that only we recognize; libblkid takes a PC-98 one for an MBR. */
static void add_own_table(const struct copy *copy, struct whole_content *ret)
{
	uint64_t at;

	if (ret->table && !streq(ret->table, "dos"))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(magics); i++) {
		if (magics[i].kind != SIGNATURE_TABLE ||
		    !has_magic(copy, &magics[i], &at))
			continue;
		free(ret->table);
		ret->table = xstrdup(magics[i].type);
		return;
	}
}

/* Asks libblkid about a copy. Both results are owned, also after an error. */
static int probe_copy(const struct disk_io *io, const struct copy *copy, int flags,
		      blkid_probe *ret_probe, char **ret_type, struct error *error)
{
	int answer;

	*ret_probe = new_probe(copy->fd, flags);
	if (!*ret_probe)
		return error_system(error, errno, "%s: cannot set up libblkid", io->name);
	answer = blkid_do_safeprobe(*ret_probe);
	if (answer == -1)
		return error_system(error, errno, "%s: libblkid cannot read it",
				    io->name);
	*ret_type = answer == -2 ? xstrdup("several file systems at once")
				 : xstrdup(value_of(*ret_probe, "TYPE"));
	return 0;
}

int content_find(struct disk_io *io, struct whole_content *ret, struct error *error)
{
	_cleanup_(copy_close) struct copy copy = {.fd = -1};
	_cleanup_(free_probe) blkid_probe probe = NULL;
	const char *offset;

	if (copy_open(io, 0, io->size_bytes, &copy, error) < 0)
		return -1;
	if (copy.blank)
		return 0;
	if (probe_copy(io, &copy, BLKID_SUBLKS_TYPE | BLKID_SUBLKS_MAGIC, &probe,
		       &ret->type, error) < 0)
		return -1;
	offset = value_of(probe, "SBMAGIC_OFFSET");
	if (offset && !parse_u64(offset, &ret->offset))
		ret->offset = 0;
	ret->table = xstrdup(value_of(probe, "PTTYPE"));
	add_own_table(&copy, ret);
	return 0;
}

int volume_find(struct disk_io *io, uint64_t start, uint64_t end, struct volume *ret,
		struct error *error)
{
	_cleanup_(copy_close) struct copy copy = {.fd = -1};
	_cleanup_(free_probe) blkid_probe probe = NULL;

	if (end <= start || end - start < 512)
		return 0;
	if (copy_open(io, start, end, &copy, error) < 0)
		return -1;
	if (copy.blank)
		return 0;
	if (probe_copy(io, &copy,
		       BLKID_SUBLKS_TYPE | BLKID_SUBLKS_LABEL | BLKID_SUBLKS_UUID, &probe,
		       &ret->type, error) < 0)
		return -1;
	ret->label = xstrdup(value_of(probe, "LABEL"));
	ret->uuid = xstrdup(value_of(probe, "UUID"));
	return 0;
}

void volume_free(struct volume *volume)
{
	free(volume->type);
	free(volume->label);
	free(volume->uuid);
	*volume = (struct volume){};
}

void whole_content_free(struct whole_content *content)
{
	free(content->type);
	free(content->table);
	*content = (struct whole_content){};
}

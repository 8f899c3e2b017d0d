/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * add-libvirt.c - theory of operation. libvirt takes parted's free extents, whose
 * boundaries depend on the drive's geometry. On an MBR it rounds the requested size up to
 * whole cylinders (and adds one if the extent begins too late in its cylinder), takes the
 * smallest extent with more room than that, and subtracts from the end what the start is
 * past a cylinder. A logical partition begins one sector later, for its EBR; but whether
 * it begins too late was decided before that, so in one case in a cylinder's worth it
 * ends one sector before the requested end.
 */
#include "partition/add-libvirt.h"

#include "partition/align.h"

#include <fcntl.h>
#include <inttypes.h>
#include <linux/hdreg.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define SECTOR 512

static bool parse_pair(const char *string, uint32_t *ret_heads, uint32_t *ret_sectors)
{
	const char *slash = strchr(string, '/');
	_cleanup_free_ char *heads =
		slash ? xstrndup(string, (size_t)(slash - string)) : NULL;

	return slash && parse_u32(heads, ret_heads) &&
	       parse_u32(slash + 1, ret_sectors) && *ret_heads > 0 && *ret_heads <= 255 &&
	       *ret_sectors > 0 && *ret_sectors <= 63;
}

bool geometry_parse(const char *string, struct geometry *ret)
{
	const char *comma = strchr(string, ',');
	_cleanup_free_ char *own = xstrndup(string, strcspn(string, ","));

	*ret = (struct geometry){};
	return parse_pair(own, &ret->heads, &ret->sectors) &&
	       (!comma || parse_pair(comma + 1, &ret->table_heads, &ret->table_sectors));
}

struct geometry geometry_of(const struct disk_io *io, bool is_qcow2)
{
	struct hd_geometry geometry = {};
	int fd = is_qcow2 ? -1 : open(io->name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	bool asked = fd >= 0 && ioctl(fd, HDIO_GETGEO, &geometry) == 0 &&
		     geometry.heads > 0 && geometry.sectors > 0;

	if (fd >= 0)
		close(fd);
	return asked ? (struct geometry){.heads = geometry.heads,
					 .sectors = geometry.sectors}
		     : (struct geometry){.heads = 4, .sectors = 32};
}

static void take(struct extents *taken, uint64_t start, uint64_t end)
{
	*vec_add(&taken->list) = (struct extent){start, end, false};
}

/* End of the partition before @logical inside the extended one, or 0. */
static uint64_t end_before(const struct partition_table *table,
			   const struct partition *logical)
{
	uint64_t end = 0;

	for (size_t i = 0; i < table->partitions.n; i++)
		if (table->partitions.v[i].kind == KIND_LOGICAL &&
		    table->partitions.v[i].end_lba < logical->start_lba)
			end = MAX(end, table->partitions.v[i].end_lba + 1);
	return end;
}

/*
 * The space before a logical partition (libparted/labels/dos.c, metadata): from a
 * cylinder boundary, but not into the previous partition.
 */
static void take_before_logical(const struct partition_table *table,
				const struct partition *extended,
				const struct partition *logical,
				const struct geometry *geometry, struct extents *taken)
{
	uint64_t cylinder = (uint64_t)geometry->table_heads * geometry->table_sectors;
	uint64_t before = end_before(table, logical);
	uint64_t start = fit_end_down(logical->start_lba - 1, cylinder);

	start = MAX(start, before ? before : extended->start_lba + 1);
	if (logical->number == DOS_FIRST_LOGICAL &&
	    logical->start_lba - start < geometry->table_sectors)
		return;
	take(taken, start, logical->start_lba);
}

/* The first track, and the remainder after the last whole cylinder. */
static void take_ends(const struct partition_table *table,
		      const struct geometry *geometry, struct extents *taken)
{
	uint64_t cylinder = (uint64_t)geometry->table_heads * geometry->table_sectors;

	take(taken, 0, geometry->table_sectors);
	take(taken, fit_end_down(table->n_sectors, cylinder), table->n_sectors);
}

static void extents_in_extended(const struct partition_table *table,
				const struct partition *extended,
				const struct geometry *geometry, struct extents *taken,
				struct extents *ret)
{
	take(taken, extended->start_lba, extended->start_lba + geometry->table_sectors);
	for (size_t i = 0; i < table->partitions.n; i++)
		if (table->partitions.v[i].kind == KIND_LOGICAL)
			take_before_logical(table, extended, &table->partitions.v[i],
					    geometry, taken);
	extents_add_gaps(taken, extended->start_lba, extended->end_lba + 1, true, ret);
}

/*
 * Whether libparted can recognize 255/63 from the CHS values of this partition as current
 * tools write them (probe_partition_for_geom): two equations for the sizes of a cylinder
 * and of a track, which must have exactly one solution.
 */
static bool tells_geometry(const struct partition *partition)
{
	const uint64_t cylinder = 255 * 63;
	uint64_t c = partition->start_lba / cylinder,
		 h = partition->start_lba % cylinder / 63;
	uint64_t c2 = partition->end_lba / cylinder,
		 h2 = partition->end_lba % cylinder / 63;

	return c2 > 0 && c2 <= 1021 && c * h2 != c2 * h;
}

static struct geometry with_table_geometry(const struct partition_table *table,
					   struct geometry geometry)
{
	bool any = false;

	for (size_t i = 0; i < table->partitions.n; i++)
		any |= tells_geometry(&table->partitions.v[i]);
	if (geometry.table_heads == 0) {
		geometry.table_heads = any ? 255 : geometry.heads;
		geometry.table_sectors = any ? 63 : geometry.sectors;
	}
	return geometry;
}

void libvirt_extents(const struct partition_table *table, const struct geometry *given,
		     struct extents *ret)
{
	const struct geometry geometry = with_table_geometry(table, *given);
	_cleanup_extents_ struct extents primary = {}, logical = {};
	const struct partition *extended = NULL;
	const bool dos = table->label == LABEL_DOS;

	for (size_t i = 0; i < table->partitions.n; i++) {
		const struct partition *it = &table->partitions.v[i];

		if (it->kind == KIND_EXTENDED)
			extended = it;
		take(it->kind == KIND_LOGICAL ? &logical : &primary, it->start_lba,
		     it->end_lba + 1);
	}
	if (dos)
		take_ends(table, &geometry, &primary);
	extents_add_gaps(&primary, dos ? 0 : table->first_usable_lba,
			 dos ? table->n_sectors : table->last_usable_lba + 1, false, ret);
	if (extended)
		extents_in_extended(table, extended, &geometry, &logical, ret);
}

/* libvirt counts in bytes: what it requires of an extent that begins at @start. */
static uint64_t needed_bytes(uint64_t start, uint64_t capacity, uint64_t cylinder)
{
	uint64_t extra = cylinder - capacity % cylinder;

	return capacity + extra + (start % cylinder > extra ? cylinder : 0);
}

static bool wants_logical(const struct partition_table *table,
			  const struct part_request *part)
{
	unsigned primaries = 0;

	for (size_t i = 0; i < table->partitions.n; i++)
		primaries += table->partitions.v[i].kind != KIND_LOGICAL;
	if (part->has_kind || part_asks_logical(part))
		return part_asks_logical(part);
	return table->label == LABEL_DOS && primaries >= 4;
}

static int check(const struct partition_table *table, const struct part_request *part,
		 struct error *error)
{
	if (table->sector_bytes != SECTOR)
		return error_input(
			error,
			"--rule=libvirt needs sectors of 512 bytes, as libvirt's disk pools do");
	if (part->size != PART_FIXED || part->size_bytes == 0 ||
	    part->size_bytes > (uint64_t)INT64_MAX / 2)
		return error_input(error,
				   "--rule=libvirt needs a size for each partition");
	if (part->has_start)
		return error_input(error, "--rule=libvirt chooses the start itself");
	if (part->padding_bytes)
		return error_input(error, "--rule=libvirt does not support padding");
	return 0;
}

int libvirt_place(const struct partition_table *table, const struct part_request *part,
		  struct libvirt_wish *wish, struct room *ret, struct error *error)
{
	uint64_t cylinder =
		(uint64_t)wish->geometry.heads * wish->geometry.sectors * SECTOR;
	bool dos = table->label == LABEL_DOS, logical = wants_logical(table, part);
	uint64_t best = 0, needed = part->size_bytes, start, end;
	_cleanup_extents_ struct extents extents = {};

	if (check(table, part, error) < 0)
		return -1;
	libvirt_extents(table, &wish->geometry, &extents);
	for (size_t i = 0; i < extents.list.n; i++) {
		const struct extent *it = &extents.list.v[i];
		uint64_t size = (it->end - it->start) * SECTOR - (logical ? SECTOR : 0);
		uint64_t need = part->size_bytes;

		if (dos)
			need = needed_bytes(it->start * SECTOR, need, cylinder);
		if (it->logical != logical || size <= need || (best > 0 && size >= best))
			continue;
		best = size;
		needed = need;
		ret->extent = *it;
	}
	if (best == 0)
		return error_input(error,
				   "no free extent is large enough by libvirt's rules");
	start = (ret->extent.start + logical) * SECTOR;
	end = start + needed - (dos ? start % cylinder : 0);
	if (dos && end - start < part->size_bytes && !wish->bug_compatible) {
		/* One sector short; the next cylinder has it, if there is one. */
		end += cylinder;
		wish->corrected = true;
	}
	/* parted takes bytes and rounds the end up to a whole sector. */
	ret->start = start / SECTOR;
	ret->end = (end + SECTOR - 1) / SECTOR;
	if (ret->end > ret->extent.end)
		return error_input(
			error,
			"placed as libvirt places it, the partition would extend past its free extent, to block %" PRIu64,
			ret->end);
	ret->waste_bytes = (ret->end - ret->start) * SECTOR -
			   MIN(part->size_bytes, (ret->end - ret->start) * SECTOR);
	return 0;
}

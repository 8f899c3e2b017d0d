/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * table.c - theory of operation. A new table is made in a sparse memory file of the
 * disk's size that contains nothing of the disk but the boot code, by the code that
 * changes tables (edit-dos.c, edit-gpt.c), from a label without partitions. So no
 * untrusted bytes reach it. The result is compared with the disk, and the differences are
 * the patch.
 *
 * libfdisk is not used here: what it accepts depends on its version. That of
 * Debian 13, 2.41.5, accepts no partition that ends at LBA 2^32-1, the last one of an
 * MBR. The bytes are the same as libfdisk's. The caller reads back what was written.
 */
#include "partition/table.h"

#include "base/file.h"
#include "partition/bytes.h"
#include "partition/disk-layout.h"
#include "partition/edit-parts.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

struct encoder {
	const struct partition_table *table;
	const struct table_source *source;
	int fd;
};

static void encoder_end(struct encoder *encoder)
{
	close_fd(&encoder->fd);
}

static int read_sector(const struct encoder *encoder, uint64_t lba, uint8_t *bytes,
		       struct error *error)
{
	memset(bytes, 0, encoder->table->sector_bytes);
	if (!encoder->source->read)
		return 0;
	return encoder->source->read(encoder->source->context, lba, bytes, error);
}

static int make_memory_file(struct encoder *encoder, struct error *error)
{
	const struct partition_table *table = encoder->table;
	uint8_t sector[4096];

	encoder->fd = memfd_create("virt-layout-table", MFD_CLOEXEC);
	if (encoder->fd < 0)
		return error_system(error, errno, "cannot create a memfd");
	if (ftruncate(encoder->fd, (off_t)(table->n_sectors * table->sector_bytes)) < 0)
		return error_system(error, errno, "cannot create a memfd of %ju bytes",
				    (uintmax_t)(table->n_sectors * table->sector_bytes));
	if (encoder->source->drop_boot_code)
		return 0;
	if (read_sector(encoder, 0, sector, error) < 0)
		return -1;
	if (pwrite(encoder->fd, sector, DOS_BOOT_CODE_BYTES, 0) != DOS_BOOT_CODE_BYTES)
		return error_system(error, errno, "cannot write to a memory file");
	return 0;
}

static struct disk_io *open_memory_file(const struct encoder *encoder,
					struct error *error)
{
	return disk_open_fd(fcntl(encoder->fd, F_DUPFD_CLOEXEC, 3), "memory file", error);
}

static int apply(const struct patch *patch, struct disk_io *io, struct error *error)
{
	for (size_t i = 0; i < patch->sectors.n; i++)
		if (disk_write(io, patch->sectors.v[i].new, patch->sector_bytes,
			       patch->sectors.v[i].lba * patch->sector_bytes, error) < 0)
			return -1;
	return 0;
}

/* The GPT in the memory file, as if it had a primary header and were to be edited. */
static int make_gpt(const struct encoder *encoder, struct error *error)
{
	const struct partition_table *table = encoder->table;
	const struct inspection seen = {
		.table = {.n_sectors = table->n_sectors},
		.gpt[GPT_PRIMARY] = {.good = true,
				     .my_lba = 1,
				     .alternate_lba = table->n_sectors - 1,
				     .entries_lba = 2,
				     .n_entries = table->n_entries,
				     .entry_bytes = GPT_ENTRY_BYTES},
	};
	_cleanup_disk_ struct disk_io *io = open_memory_file(encoder, error);
	_cleanup_patch_ struct patch patch = {.sector_bytes = table->sector_bytes};
	uint8_t header[4096];

	gpt_empty_header(table, header);
	if (!io ||
	    disk_write(io, header, table->sector_bytes, table->sector_bytes, error) < 0 ||
	    gpt_edit(io, &seen, table, GPT_PRIMARY, &patch, error) < 0)
		return -1;
	return apply(&patch, io, error);
}

/* The MBR and its EBRs, as if the MBR had no partitions and were to be edited. */
static int make_dos(const struct encoder *encoder, struct error *error)
{
	const struct partition_table *table = encoder->table;
	const struct inspection seen = {};
	_cleanup_disk_ struct disk_io *io = open_memory_file(encoder, error);
	_cleanup_patch_ struct patch patch = {.sector_bytes = table->sector_bytes};
	uint8_t mbr[4096];

	if (!io || disk_read(io, mbr, table->sector_bytes, 0, error) < 0)
		return -1;
	put_le32(mbr + DOS_SIGNATURE_AT, table->disk_signature);
	mbr[510] = 0x55;
	mbr[511] = 0xaa;
	if (disk_write(io, mbr, table->sector_bytes, 0, error) < 0 ||
	    dos_edit(io, &seen, table, &patch, error) < 0)
		return -1;
	return apply(&patch, io, error);
}

static int make_table(const struct encoder *encoder, struct error *error)
{
	return encoder->table->label == LABEL_GPT ? make_gpt(encoder, error)
						  : make_dos(encoder, error);
}

static int compare_sector(struct encoder *encoder, uint64_t lba, enum table_group group,
			  struct patch *patch, struct error *error)
{
	uint32_t n = encoder->table->sector_bytes;
	uint8_t old[4096], new[4096];

	if (read_sector(encoder, lba, old, error) < 0)
		return -1;
	if (pread(encoder->fd, new, n, (off_t)(lba * n)) != (ssize_t)n)
		return error_system(error, errno, "cannot read a memory file");
	patch_add(patch, lba, group, old, new);
	return 0;
}

static int compare_range(struct encoder *encoder, uint64_t start, uint64_t end,
			 struct patch *patch, struct error *error)
{
	const struct partition_table *table = encoder->table;

	for (uint64_t lba = start; lba < end; lba++) {
		enum table_group group = GROUP_PRIMARY;

		if (lba > table->n_sectors / 2)
			group = GROUP_BACKUP;
		else if (lba == 0 && table->label == LABEL_GPT)
			group = GROUP_PMBR;
		if (compare_sector(encoder, lba, group, patch, error) < 0)
			return -1;
	}
	return 0;
}

/*
 * The EBR that belongs to a partition: a logical one's own, and the empty one at the head
 * of an extended partition without logical ones.
 */
static bool ebr_of(const struct partition_table *table, const struct partition *partition,
		   uint64_t *ret)
{
	*ret = partition->kind == KIND_EXTENDED ? partition->start_lba
						: partition->ebr_lba;
	return partition->kind == KIND_LOGICAL ||
	       (partition->kind == KIND_EXTENDED &&
		!partition_table_find(table, DOS_FIRST_LOGICAL));
}

/* Where a label of this type, or with @source->replace any label, has its sectors. */
static int compare_disk(struct encoder *encoder, struct patch *patch, struct error *error)
{
	const struct partition_table *table = encoder->table;
	uint64_t n = table->n_sectors;
	uint64_t head = table_head_sectors(table);
	uint64_t tail = table_tail_sectors(table);

	if (encoder->source->replace) {
		head = MAX(head, label_head_sectors(LABEL_GPT, table->sector_bytes,
						    GPT_MIN_ENTRIES));
		tail = MAX(tail, label_tail_sectors(LABEL_GPT, table->sector_bytes,
						    GPT_MIN_ENTRIES));
		head = MIN(head, n);
		tail = MIN(tail, n - head);
	}
	if (compare_range(encoder, 0, head, patch, error) < 0 ||
	    compare_range(encoder, n - tail, n, patch, error) < 0)
		return -1;
	for (size_t i = 0; i < table->partitions.n; i++) {
		uint64_t lba;

		if (ebr_of(table, &table->partitions.v[i], &lba) &&
		    !(lba < head || lba >= n - tail) &&
		    compare_sector(encoder, lba, GROUP_BACKUP, patch, error) < 0)
			return -1;
	}
	patch_sort(patch);
	return 0;
}

static bool is_expected(const struct partition_table *table, uint64_t lba)
{
	uint64_t head = table_head_sectors(table);
	uint64_t tail = table_tail_sectors(table);

	if (lba < head || lba >= table->n_sectors - tail)
		return true;
	for (size_t i = 0; i < table->partitions.n; i++) {
		uint64_t ebr_lba;

		if (ebr_of(table, &table->partitions.v[i], &ebr_lba) && ebr_lba == lba)
			return true;
	}
	return false;
}

static bool is_zero(const uint8_t *bytes, size_t n)
{
	return bytes[0] == 0 && memcmp(bytes, bytes + 1, n - 1) == 0;
}

/* Nothing was written where no patch looks. */
static int check_nothing_else(const struct encoder *encoder, struct error *error)
{
	const struct partition_table *table = encoder->table;
	const off_t sector = (off_t)table->sector_bytes;
	uint8_t bytes[4096];
	off_t end = 0, at;

	while ((at = lseek(encoder->fd, end, SEEK_DATA)) >= 0) {
		end = lseek(encoder->fd, at, SEEK_HOLE);
		for (at -= at % sector; at < end; at += sector) {
			if (is_expected(table, (uint64_t)(at / sector)))
				continue;
			if (pread(encoder->fd, bytes, (size_t)sector, at) != sector)
				return error_system(error, errno,
						    "cannot read a memory file");
			if (!is_zero(bytes, (size_t)sector))
				return error_system(
					error, 0,
					"LBA %ju was written, where the plan has nothing",
					(uintmax_t)(at / sector));
		}
	}
	return 0;
}

int table_encode(const struct partition_table *table, const struct table_source *source,
		 struct patch *ret, struct error *error)
{
	_cleanup_(encoder_end) struct encoder encoder = {table, source, -1};

	ret->sector_bytes = table->sector_bytes;
	if (make_memory_file(&encoder, error) == 0 && make_table(&encoder, error) == 0 &&
	    check_nothing_else(&encoder, error) == 0 &&
	    compare_disk(&encoder, ret, error) == 0)
		return 0;
	patch_free(ret);
	return -1;
}

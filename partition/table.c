/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * table.c - theory of operation. libfdisk is used for one thing: turning an MBR and its
 * EBRs into bytes. It works on a sparse memory file of the disk's size that contains
 * nothing of the disk but the boot code, so that no untrusted bytes reach its parsers
 * (several of 2.38.1 can be made to read out of bounds), and none of its writes reach a
 * disk (its flushes and short writes are not checked). The result is compared with the
 * disk, and the differences are the patch.
 *
 * A GPT is made by edit-gpt.c, from an empty header, in such a file. libfdisk looks at
 * all partitions each time it adds one, and for other content each time it makes a label.
 *
 * Pitfalls that matter here: sizes must be "explicit" or they are realigned; the first
 * LBA is the distance from a logical partition's EBR to the partition. The caller reads
 * back what was written.
 */
#include "partition/table.h"

#include "base/file.h"
#include "base/text.h"
#include "partition/disk-layout.h"
#include "partition/edit-parts.h"

#include <errno.h>
#include <fcntl.h>
#include <libfdisk.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#define BOOT_CODE_BYTES 440

struct encoder {
	const struct partition_table *table;
	const struct table_source *source;
	struct fdisk_context *fdisk;
	struct text messages; /* libfdisk's messages */
	int fd;
};

static void encoder_end(struct encoder *encoder)
{
	if (encoder->fdisk) {
		fdisk_set_script(encoder->fdisk, NULL); /* they refer to each other */
		fdisk_deassign_device(encoder->fdisk, 1);
		fdisk_unref_context(encoder->fdisk);
	}
	text_free(&encoder->messages);
	close_fd(&encoder->fd);
}

/* Records messages and declines questions. */
static int on_ask(struct fdisk_context *fdisk, struct fdisk_ask *ask, void *data)
{
	struct encoder *encoder = data;

	(void)fdisk;
	switch (fdisk_ask_get_type(ask)) {
	case FDISK_ASKTYPE_INFO:
		return 0;
	case FDISK_ASKTYPE_WARN:
	case FDISK_ASKTYPE_WARNX:
		text_printf(&encoder->messages, "; %s", fdisk_ask_print_get_mesg(ask));
		return 0;
	default:
		return -EINVAL;
	}
}

static int fdisk_fault(struct encoder *encoder, int rc, const char *what,
		       struct error *error)
{
	return error_system(error, rc < 0 ? -rc : 0, "libfdisk: %s%s", what,
			    encoder->messages.n > 0 ? encoder->messages.s : "");
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
	if (pwrite(encoder->fd, sector, BOOT_CODE_BYTES, 0) != BOOT_CODE_BYTES)
		return error_system(error, errno, "cannot write to a memory file");
	return 0;
}

static int make_label(struct encoder *encoder, struct error *error)
{
	const struct partition_table *table = encoder->table;
	struct fdisk_context *fdisk = fdisk_new_context();
	char id[16];
	int rc;

	encoder->fdisk = fdisk;
	fdisk_set_ask(fdisk, on_ask, encoder);
	fdisk_disable_dialogs(fdisk, 1);
	fdisk_enable_bootbits_protection(fdisk, 1);
	fdisk_save_user_sector_size(fdisk, table->sector_bytes, table->sector_bytes);
	/* So it does not look for other content in the memory file, which has none. */
	fdisk_enable_listonly(fdisk, 1);
	rc = fdisk_assign_device_by_fd(fdisk, encoder->fd, "disk", 0);
	if (rc < 0)
		return fdisk_fault(encoder, rc, "cannot open the memory file", error);
	rc = fdisk_create_disklabel(fdisk, label_name(table->label));
	if (rc < 0)
		return fdisk_fault(encoder, rc, "cannot create the label", error);
	snprintf(id, sizeof(id), "0x%08x", table->disk_signature);
	fdisk_set_first_lba(fdisk, 1);
	rc = fdisk_set_disklabel_id_from_string(fdisk, id);
	return rc < 0 ? fdisk_fault(encoder, rc, "cannot set the disk's id", error) : 0;
}

static int set_type(struct encoder *encoder, const struct partition *partition,
		    struct fdisk_partition *entry)
{
	struct fdisk_label *label = fdisk_get_label(encoder->fdisk, NULL);
	struct fdisk_parttype *type;
	char string[8];
	int rc;

	snprintf(string, sizeof(string), "%x", partition->type_code);
	type = fdisk_label_advparse_parttype(label, string, FDISK_PARTTYPE_PARSE_DATA);
	if (!type)
		return -EINVAL;
	rc = fdisk_partition_set_type(entry, type);
	fdisk_unref_parttype(type);
	return rc;
}

static int fill_entry(struct encoder *encoder, const struct partition *partition,
		      struct fdisk_partition *entry)
{
	int rc = fdisk_partition_set_partno(entry, partition->number - 1);

	if (rc == 0)
		rc = fdisk_partition_set_start(entry, partition->start_lba);
	if (rc == 0)
		rc = fdisk_partition_set_size(entry, partition_sectors(partition));
	if (rc == 0)
		rc = fdisk_partition_size_explicit(entry, 1);
	return rc == 0 ? set_type(encoder, partition, entry) : rc;
}

static int add_partition(struct encoder *encoder, const struct partition *partition,
			 struct error *error)
{
	struct fdisk_partition *entry = fdisk_new_partition();
	size_t number = 0;
	int rc = fill_entry(encoder, partition, entry);

	/* The first logical one has the EBR at the head of the extended partition. */
	if (partition->kind == KIND_LOGICAL)
		fdisk_set_first_lba(encoder->fdisk,
				    partition->start_lba - partition->ebr_lba);
	if (rc == 0)
		rc = fdisk_add_partition(encoder->fdisk, entry, &number);
	fdisk_unref_partition(entry);
	if (rc == 0 && number != partition->number - 1)
		rc = -ERANGE;
	if (rc == 0 && partition->active)
		rc = fdisk_toggle_partition_flag(encoder->fdisk, number, DOS_FLAG_ACTIVE);
	if (rc == 0)
		return 0;
	if (fdisk_fault(encoder, rc, "cannot add it", error) == 0)
		return 0;
	return error_wrap(error, "partition %u", partition->number);
}

static int add_partitions(struct encoder *encoder, struct error *error)
{
	const struct partition_table *table = encoder->table;
	int rc;

	for (size_t i = 0; i < table->partitions.n; i++)
		if (add_partition(encoder, &table->partitions.v[i], error) < 0)
			return -1;
	rc = fdisk_verify_disklabel(encoder->fdisk);
	if (rc != 0)
		return fdisk_fault(encoder, rc, "rejects the table", error);
	rc = fdisk_write_disklabel(encoder->fdisk);
	return rc < 0 ? fdisk_fault(encoder, rc, "cannot write", error) : 0;
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
	_cleanup_disk_ struct disk_io *io =
		disk_open_fd(fcntl(encoder->fd, F_DUPFD_CLOEXEC, 3), "memory file",
			     error);
	_cleanup_patch_ struct patch patch = {.sector_bytes = table->sector_bytes};
	uint8_t header[4096];

	gpt_empty_header(table, header);
	if (!io ||
	    disk_write(io, header, table->sector_bytes, table->sector_bytes, error) < 0 ||
	    gpt_edit(io, &seen, table, GPT_PRIMARY, &patch, error) < 0)
		return -1;
	return apply(&patch, io, error);
}

static int make_table(struct encoder *encoder, struct error *error)
{
	if (encoder->table->label == LABEL_GPT)
		return make_gpt(encoder, error);
	return make_label(encoder, error) < 0 ? -1 : add_partitions(encoder, error);
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

/* Nothing was written where no patch looks: we determine the positions, not libfdisk. */
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
					"libfdisk wrote to LBA %ju, where the plan has nothing",
					(uintmax_t)(at / sector));
		}
	}
	return 0;
}

int table_encode(const struct partition_table *table, const struct table_source *source,
		 struct patch *ret, struct error *error)
{
	_cleanup_(encoder_end) struct encoder encoder = {table, source, NULL, {}, -1};

	ret->sector_bytes = table->sector_bytes;
	if (make_memory_file(&encoder, error) == 0 && make_table(&encoder, error) == 0 &&
	    check_nothing_else(&encoder, error) == 0 &&
	    compare_disk(&encoder, ret, error) == 0)
		return 0;
	patch_free(ret);
	return -1;
}

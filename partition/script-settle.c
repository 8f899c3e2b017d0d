/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * script-settle.c - theory of operation. What a script leaves open depends on the order
 * of its lines, on free space, on an extended partition and on rounding, in ways that
 * only libfdisk knows. So the same calls that sfdisk makes are made on an empty memory
 * file of the disk's size, and the table that is then in it is read by our own reader.
 * Only numbers that were parsed here reach libfdisk.
 *
 * libfdisk looks at all slots of a GPT for each partition. A dump of a GPT (sfdisk -d)
 * leaves nothing open, so of such a script libfdisk makes the label only.
 */
#include "partition/script-settle.h"

#include "partition/disk-io.h"
#include "partition/disk-layout.h"
#include "partition/inspect.h"
#include "partition/part.h"
#include "partition/types.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <libfdisk.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/mman.h>
#include <unistd.h>

struct settler {
	struct disk_request *request;
	struct fdisk_context *fdisk;
	int fd;
	size_t *numbers; /* of each part, owned */
	size_t n_added;  /* parts that libfdisk accepted */
};

static void settler_end(struct settler *settler)
{
	if (settler->fdisk) {
		fdisk_set_script(settler->fdisk, NULL);
		fdisk_deassign_device(settler->fdisk, 1);
		fdisk_unref_context(settler->fdisk);
	}
	if (settler->fd >= 0)
		close(settler->fd);
	free(settler->numbers);
}

/* Messages are ignored, questions are declined. */
static int on_ask(struct fdisk_context *fdisk _unused_, struct fdisk_ask *ask,
		  void *data _unused_)
{
	int type = fdisk_ask_get_type(ask);

	return type == FDISK_ASKTYPE_INFO || type == FDISK_ASKTYPE_WARN ||
			       type == FDISK_ASKTYPE_WARNX
		       ? 0
		       : -EINVAL;
}

static int set_header(struct fdisk_script *script, const char *name, uint64_t value)
{
	char string[24];

	snprintf(string, sizeof(string), "%ju", (uintmax_t)value);
	return value ? fdisk_script_set_header(script, name, string) : 0;
}

/* The label with the script's headers; false if libfdisk does not accept them. */
static bool make_label(struct settler *settler)
{
	const struct disk_request *request = settler->request;
	const bool gpt = request->label == LABEL_GPT;
	struct fdisk_script *script;
	uint64_t grain = request->align_bytes;
	int rc;

	settler->fdisk = fdisk_new_context();
	fdisk_set_ask(settler->fdisk, on_ask, NULL);
	fdisk_disable_dialogs(settler->fdisk, 1);
	fdisk_save_user_sector_size(settler->fdisk, request->sector_bytes,
				    request->sector_bytes);
	/* So it does not look for other content in the memory file, which has none. */
	fdisk_enable_listonly(settler->fdisk, 1);
	rc = fdisk_assign_device_by_fd(settler->fdisk, settler->fd, "disk", 0);
	if (rc < 0)
		return false;
	if (grain == 0 && request->cluster_bytes > UINT64_C(1) << 20)
		grain = request->cluster_bytes;
	script = fdisk_new_script(settler->fdisk);
	rc = fdisk_script_set_header(script, "label", label_name(request->label));
	if (rc == 0 && gpt)
		rc = set_header(script, "first-lba", request->first_lba);
	if (rc == 0 && gpt)
		rc = set_header(script, "last-lba", request->last_lba);
	if (rc == 0 && gpt && request->n_entries != GPT_MIN_ENTRIES)
		rc = set_header(script, "table-length", request->n_entries);
	if (rc == 0)
		rc = set_header(script, "grain", grain);
	if (rc == 0)
		rc = fdisk_apply_script_headers(settler->fdisk, script);
	fdisk_unref_script(script);
	return rc == 0;
}

static struct fdisk_parttype *type_of(const struct settler *settler,
				      const struct part_request *part)
{
	struct fdisk_label *label = fdisk_get_label(settler->fdisk, NULL);
	char string[GUID_TEXT_BYTES];
	struct guid guid;
	uint8_t code = 0;

	if (!part->type)
		return NULL;
	if (!type_parse(settler->request->label, part->type, &guid, &code))
		return NULL;
	if (settler->request->label == LABEL_GPT)
		guid_format(guid, string);
	else
		snprintf(string, sizeof(string), "%x", code);
	return fdisk_label_advparse_parttype(label, string, FDISK_PARTTYPE_PARSE_DATA);
}

/* As libfdisk's own reader of scripts fills it (parse_line_nameval of script.c). */
static void fill(const struct settler *settler, const struct part_request *part,
		 struct fdisk_partition *entry)
{
	const uint64_t sector = settler->request->sector_bytes;
	struct fdisk_parttype *type = type_of(settler, part);

	fdisk_partition_start_follow_default(entry, !part->has_start);
	fdisk_partition_end_follow_default(entry, part->size != PART_FIXED);
	fdisk_partition_partno_follow_default(entry, part->number == 0);
	if (part->number > 0)
		fdisk_partition_set_partno(entry, part->number - 1);
	if (part->has_start)
		fdisk_partition_set_start(entry, part->start_bytes / sector);
	if (part->size == PART_FIXED)
		fdisk_partition_set_size(entry, part->size_bytes / sector);
	if (part->size == PART_FIXED && part->in_sectors)
		fdisk_partition_size_explicit(entry, 1);
	if (type)
		fdisk_partition_set_type(entry, type);
	fdisk_unref_parttype(type);
}

/*
 * Whether each line of a GPT's script has a start and a size in sectors, in ascending
 * order: libfdisk then takes both as they are.
 */
static bool leaves_nothing_open(const struct disk_request *request)
{
	const uint64_t sector = request->sector_bytes;
	uint64_t end = 0;

	for (size_t i = 0; i < request->parts.n; i++) {
		const struct part_request *part = &request->parts.v[i];

		if (!part->has_start || part->size != PART_FIXED || !part->in_sectors ||
		    part->size_bytes == 0 || part->start_bytes % sector ||
		    part->size_bytes % sector || part->start_bytes < end ||
		    part->size_bytes > request->size_bytes ||
		    part->start_bytes > request->size_bytes - part->size_bytes)
			return false;
		end = part->start_bytes + part->size_bytes;
	}
	return request->label == LABEL_GPT;
}

/* The number of each part, as libfdisk chooses them; false if one is taken. */
static bool choose_numbers(struct settler *settler, const struct partition_table *table)
{
	const struct disk_request *request = settler->request;
	_cleanup_free_ bool *taken = xcalloc(table->n_entries + 1, sizeof(*taken));
	size_t next = 0;

	for (size_t i = 0; i < request->parts.n; i++) {
		size_t number = request->parts.v[i].number;

		while (next < table->n_entries && taken[next])
			next++;
		number = number > 0 ? number - 1 : next;
		if (number >= table->n_entries || taken[number])
			return false;
		taken[number] = true;
		settler->numbers[i] = number;
	}
	return true;
}

/* Puts the lines, which leave nothing open, into the table of an empty label. */
static bool add_exactly(struct settler *settler, struct partition_table *table)
{
	const struct disk_request *request = settler->request;
	const uint64_t sector = request->sector_bytes;

	if (table->label != LABEL_GPT || !choose_numbers(settler, table))
		return false;
	for (size_t i = 0; i < request->parts.n; i++) {
		const struct part_request *part = &request->parts.v[i];
		struct partition *it = vec_add(&table->partitions);

		it->number = (unsigned)settler->numbers[i] + 1;
		it->start_lba = part->start_bytes / sector;
		it->end_lba = it->start_lba + part->size_bytes / sector - 1;
		if (it->start_lba < table->first_usable_lba ||
		    it->end_lba > table->last_usable_lba)
			return false;
	}
	return true;
}

static bool add_parts(struct settler *settler)
{
	const struct disk_request *request = settler->request;
	bool good = true;

	for (size_t i = 0; i < request->parts.n && good; i++) {
		struct fdisk_partition *entry = fdisk_new_partition();

		fill(settler, &request->parts.v[i], entry);
		good = fdisk_add_partition(settler->fdisk, entry, &settler->numbers[i]) ==
		       0;
		settler->n_added += good;
		fdisk_unref_partition(entry);
	}
	return good && fdisk_write_disklabel(settler->fdisk) == 0;
}

/* From what libfdisk wrote; false if our reader does not find all of it without error. */
static bool take(struct settler *settler, const struct inspection *seen)
{
	struct disk_request *request = settler->request;
	const struct partition_table *table = &seen->table;

	if (!seen->intact || table->partitions.n != request->parts.n)
		return false;
	for (size_t i = 0; i < request->parts.n; i++)
		if (!partition_table_find(table, (unsigned)settler->numbers[i] + 1))
			return false;
	for (size_t i = 0; i < request->parts.n; i++) {
		struct part_request *part = &request->parts.v[i];
		const struct partition *it =
			partition_table_find(table, (unsigned)settler->numbers[i] + 1);

		part->number = it->number;
		part->kind = it->kind;
		part->has_kind = part->has_start = part->has_at = true;
		part->at = AT_NONE;
		part->size = PART_FIXED;
		part->start_bytes = it->start_lba * table->sector_bytes;
		part->size_bytes = partition_sectors(it) * table->sector_bytes;
		part->ebr_lba = it->ebr_lba;
	}
	if (table->label == LABEL_GPT) {
		request->first_lba = table->first_usable_lba;
		request->last_lba = table->last_usable_lba;
	}
	return true;
}

static int read_back(struct settler *settler, struct inspection *ret, struct error *error)
{
	const struct inspect_question question = {.sector_bytes =
							  settler->request->sector_bytes};
	_cleanup_disk_ struct disk_io *io =
		disk_open_fd(fcntl(settler->fd, F_DUPFD_CLOEXEC, 3), "script", error);
	_cleanup_(report_free) struct report report = {};

	return io ? inspect_disk(io, &question, ret, &report, error) : -1;
}

/* *@ret_done: whether the script leaves nothing open, and libfdisk would accept it. */
static int settle_exact(struct settler *settler, bool *ret_done, struct error *error)
{
	_cleanup_inspection_ struct inspection seen = {};

	if (!leaves_nothing_open(settler->request) ||
	    fdisk_write_disklabel(settler->fdisk) != 0)
		return 0;
	if (read_back(settler, &seen, error) < 0)
		return -1;
	*ret_done =
		seen.intact && add_exactly(settler, &seen.table) && take(settler, &seen);
	return 0;
}

static int settle_open(struct settler *settler, bool *ret_done, struct error *error)
{
	_cleanup_inspection_ struct inspection seen = {};

	if (!add_parts(settler))
		return 0;
	if (read_back(settler, &seen, error) < 0)
		return -1;
	*ret_done = take(settler, &seen);
	return 0;
}

static bool is_plain_script(const struct disk_request *request)
{
	for (size_t i = 0; i < request->parts.n; i++)
		if (request->parts.v[i].line == 0 ||
		    request->parts.v[i].size == PART_PERCENT)
			return false;
	return request->exact && request->size_bytes > 0 && !request->minimal &&
	       request->size_bytes % request->sector_bytes == 0;
}

/*
 * Since version 2.41 libfdisk makes no partition of an MBR that includes LBA 2^32-1. So
 * that older ones give the same bytes, and refuse the same scripts, no libfdisk sees that
 * block.
 */
static uint64_t shown_bytes(const struct disk_request *request)
{
	if (request->label != LABEL_DOS)
		return request->size_bytes;
	return MIN(request->size_bytes, (uint64_t)UINT32_MAX * request->sector_bytes);
}

static int settle(struct settler *settler, bool *ret_done, struct error *error)
{
	const uint64_t size_bytes = shown_bytes(settler->request);

	settler->fd = memfd_create("virt-layout-script", MFD_CLOEXEC);
	if (settler->fd < 0)
		return error_system(error, errno, "cannot create a memfd");
	if (ftruncate(settler->fd, (off_t)size_bytes) < 0)
		return error_system(error, errno, "cannot create a memfd of %ju bytes",
				    (uintmax_t)size_bytes);
	settler->numbers =
		xcalloc(settler->request->parts.n + 1, sizeof(*settler->numbers));
	if (!make_label(settler))
		return 0;
	if (settle_exact(settler, ret_done, error) < 0)
		return -1;
	return *ret_done ? 0 : settle_open(settler, ret_done, error);
}

static void round_sizes(struct disk_request *request)
{
	const uint64_t sector = request->sector_bytes;

	for (size_t i = 0; i < request->parts.n; i++) {
		uint64_t *size_bytes = &request->parts.v[i].size_bytes;

		if (request->parts.v[i].line > 0 && *size_bytes % sector)
			*size_bytes += sector - *size_bytes % sector;
	}
}

/* sfdisk then ignores the rest of the script. */
static bool entries_are_used(const struct settler *settler)
{
	const struct disk_request *request = settler->request;

	if (request->label != LABEL_DOS || settler->n_added < 4)
		return false;
	for (size_t i = 0; i < settler->n_added; i++)
		if (part_asks_extended(&request->parts.v[i]))
			return false;
	return true;
}

/*
 * All positions are given: sfdisk does not restore each of its own dumps (of an MBR with
 * small logical partitions), but the table exists, and disk_layout_make judges it.
 */
static bool is_dump(const struct disk_request *request)
{
	for (size_t i = 0; i < request->parts.n; i++)
		if (!request->parts.v[i].has_start ||
		    request->parts.v[i].size != PART_FIXED)
			return false;
	return request->parts.n > 0;
}

/*
 * Says what is wrong with a script of which libfdisk makes no table: disk_layout_make
 * knows, mostly. Nothing is wrong with a dump.
 */
static int refuse(const struct settler *settler, struct error *error)
{
	const struct disk_request *request = settler->request;
	const size_t bad = settler->n_added;
	_cleanup_disk_layout_ struct disk_layout layout = {};

	if (bad < request->parts.n && entries_are_used(settler))
		return error_input_at(
			error, request->file, request->parts.v[bad].line,
			"all 4 entries of the MBR are in use; make one of them extended (type=Ex), so that logical partitions can follow");
	if (disk_layout_make(request, &layout, error) < 0)
		return -1;
	if (is_dump(request))
		return 0;
	if (bad < request->parts.n)
		return error_input_at(
			error, request->file, request->parts.v[bad].line,
			"there is no place for this partition; sfdisk refuses it, too");
	return error_input(error, "%s: sfdisk does not make a valid table of it",
			   request->file);
}

int script_settle(struct disk_request *request, struct error *error)
{
	_cleanup_(settler_end) struct settler settler = {.request = request, .fd = -1};
	bool done = false;

	if (is_plain_script(request) && settle(&settler, &done, error) < 0)
		return -1;
	if (!request->exact || done)
		return 0;
	round_sizes(request);
	return is_plain_script(request) ? refuse(&settler, error) : 0;
}

static char *type_string(enum table_label label, const struct fdisk_parttype *type)
{
	return label == LABEL_GPT ? xstrdup(fdisk_parttype_get_string(type))
				  : xasprintf("%02x", fdisk_parttype_get_code(type));
}

/* As strtol(3) with base 16, but at most a byte; 0 is not a type. */
static char *type_of_code(const char *word)
{
	_cleanup_free_ char *prefixed = NULL;
	uint64_t code;

	word += *word == '+';
	word += 2 * (strncasecmp(word, "0x", 2) == 0);
	prefixed = xasprintf("0x%s", word);
	if (!isxdigit((unsigned char)*word) || !parse_u64(prefixed, &code) || code == 0 ||
	    code > 0xff)
		return NULL;
	return xasprintf("%02x", (unsigned)code);
}

char *script_type(enum table_label label, const char *word)
{
	struct fdisk_context *fdisk;
	struct fdisk_parttype *type;
	struct guid guid;
	char *found = NULL;

	if (label == LABEL_GPT && guid_parse(word, &guid))
		return NULL; /* no name looks like this */
	fdisk = fdisk_new_context();
	type = fdisk_label_advparse_parttype(fdisk_get_label(fdisk, label_name(label)),
					     word,
					     FDISK_PARTTYPE_PARSE_SHORTCUT |
						     FDISK_PARTTYPE_PARSE_ALIAS |
						     FDISK_PARTTYPE_PARSE_DEPRECATED |
						     FDISK_PARTTYPE_PARSE_NAME |
						     FDISK_PARTTYPE_PARSE_NOUNKNOWN);
	if (type)
		found = type_string(label, type);
	fdisk_unref_parttype(type);
	fdisk_unref_context(fdisk);
	return found || label == LABEL_GPT ? found : type_of_code(word);
}

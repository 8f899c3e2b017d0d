/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * image.c - measuring images that are there and images yet to be.
 *
 * Theory of operation: a qcow2 file only grows. What it can come to take is the length
 * of an image with all its clusters in use (qcow2-size.c). That is exact for an image
 * whose tables lie where qemu-img create puts them and whose first refcount table is
 * enough. Everything else makes it an upper bound: snapshots keep the clusters they
 * have while the guest fills new ones; bitmaps are written anew before the old ones are
 * released; a refcount table that moved leaves its old place behind. What the file
 * system needs for its own account of the file (ext4: a block of extents for a scattered
 * one) is in nobody's length and not counted.
 */
#include "partition/image.h"

#include "base/file.h"
#include "base/text.h"
#include "partition/bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/fs.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#define MAX_CHAIN 200 /* as in QEMU's block layer: deeper is an error in practice */
/*
 * What a moving refcount table was measured to add, at most: 0.21 % of the full length
 * over clusters of 512 bytes to 4 KiB (facts of this project, section 5). One part in
 * 200 is twice that.
 */
#define MARGIN_DIVISOR 200

const char *image_format_name(enum image_format format)
{
	return format == IMAGE_RAW ? "raw" : "qcow2";
}

const char *commitment_kind_name(enum commitment_kind kind)
{
	static const char *const names[] = {"exact", "estimate", "unbounded"};

	return names[kind];
}

const char *image_container(const uint8_t *front, size_t n)
{
	static const struct {
		const char *name, *magic;
		size_t magic_bytes, at;
	} rows[] = {
		{"qcow2", "QFI\xfb\0\0\0", 7, 0},
		{"qcow", "QFI\xfb", 4, 0},
		{"vmdk", "KDMV", 4, 0},
		{"vmdk", "COWD", 4, 0},
		{"vmdk", "# Disk DescriptorFile", 21, 0},
		{"vhdx", "vhdxfile", 8, 0},
		{"vpc", "conectix", 8, 0},
		{"qed", "QED\0", 4, 0},
		{"vdi", "\x7f\x10\xda\xbe", 4, 64},
		{"parallels", "WithoutFreeSpace", 16, 0},
		{"parallels", "WithouFreSpacExt", 16, 0},
		{"bochs", "Bochs Virtual HD Image", 22, 0},
		{"dmg", "koly", 4, 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (n >= rows[i].at + rows[i].magic_bytes &&
		    memcmp(front + rows[i].at, rows[i].magic, rows[i].magic_bytes) == 0)
			return rows[i].name;
	return NULL;
}

static uint64_t round_up(uint64_t n, uint64_t to)
{
	return to > 1 ? (n + to - 1) / to * to : n;
}

static void note(struct image_size *size, char *sentence)
{
	*vec_add(&size->notes) = sentence;
}

/* The commitment of a full image, and whether it is exact, from the options alone. */
static void commit_full(struct image_size *size, const struct qcow2_options *options)
{
	uint64_t full = qcow2_full_bytes(options, true);

	size->kind = COMMITMENT_EXACT;
	size->commitment_bytes = full;
	if (full <= qcow2_first_table_bytes(options))
		return;
	size->kind = COMMITMENT_ESTIMATE;
	size->margin_bytes = round_up(full / MARGIN_DIVISOR, options->cluster_bytes);
	size->commitment_bytes += size->margin_bytes;
	note(size, xstrdup("The refcount table moves while the image fills, so the "
			   "commitment has a margin of 0.5 %."));
}

static void commit_snapshots(struct image_size *size, uint32_t snapshots)
{
	if (snapshots == 0)
		return;
	if (snapshots == IMAGE_ANY_SNAPSHOTS) {
		size->kind = COMMITMENT_UNBOUNDED;
		size->commitment_bytes = IMAGE_UNKNOWN;
		size->margin_bytes = 0;
		note(size, xstrdup("Each snapshot lets the image grow by its whole "
				   "capacity again, and no number of them was said."));
		return;
	}
	size->kind = COMMITMENT_ESTIMATE;
	size->commitment_bytes *= (uint64_t)snapshots + 1;
	note(size, xasprintf("Room for %" PRIu32 " more snapshots without the memory of "
			     "a running guest is in the commitment.",
			     snapshots));
}

/* Everything about an existing image that makes its commitment a bound only. */
static void commit_existing(struct image_size *size, const struct qcow2_header *header,
			    uint64_t bitmap_bytes)
{
	const struct qcow2_options *options = &header->options;
	bool as_created = (header->l1_entries == 0 ||
			   header->l1_offset == UINT64_C(3) * options->cluster_bytes) &&
			  header->refcount_offset == options->cluster_bytes &&
			  header->refcount_clusters == 1;

	commit_full(size, options);
	if (header->n_snapshots > 0) {
		size->kind = COMMITMENT_ESTIMATE;
		size->commitment_bytes += size->length_bytes;
		note(size,
		     xasprintf("Its %" PRIu32 " snapshots keep what they have while "
			       "the guest writes all anew.",
			       header->n_snapshots));
	}
	if (bitmap_bytes > 0) {
		size->kind = COMMITMENT_ESTIMATE;
		size->commitment_bytes += 2 * bitmap_bytes;
		note(size, xasprintf("Its %" PRIu32 " bitmaps are written anew before "
				     "their old clusters are free.",
				     header->n_bitmaps));
	}
	if (!as_created && size->kind == COMMITMENT_EXACT) {
		size->kind = COMMITMENT_ESTIMATE;
		note(size, xstrdup("Its tables have moved since it was made; their old "
				   "places may stay in use."));
	}
	if (size->length_bytes > size->commitment_bytes &&
	    size->allocation_bytes <= size->length_bytes) {
		size->kind = COMMITMENT_ESTIMATE;
		size->commitment_bytes = size->length_bytes;
		note(size,
		     xstrdup("It is longer already than a full image needs to be."));
	}
}

static void note_state(struct image_size *size, const struct qcow2_header *header)
{
	if (header->dirty)
		note(size, xstrdup("It was not closed cleanly; qemu-img check -r all "
				   "rebuilds its refcounts."));
	if (header->corrupt)
		note(size, xstrdup("QEMU has marked it as corrupt."));
	if (header->data_file)
		note(size, xstrdup("Its data lies in the data file, which has its own "
				   "sizes; these are of the metadata alone."));
	if (header->backing_file)
		note(size, xstrdup("It rests on a backing file, which is not counted "
				   "here."));
}

/* An open image and what fstat said. */
struct opened {
	const char *path;
	int fd;
	struct stat st;
	uint64_t length_bytes, block_bytes;
	uint8_t *front; /* the first QCOW2_MAX_HEADER bytes or fewer */
	size_t n_front;
};

static void close_image(struct opened *image)
{
	close_fd(&image->fd);
	free(image->front);
}

/* As many of @n bytes as there are; -1 with *error filled. */
static ssize_t read_at(const struct opened *image, uint8_t *buffer, size_t n,
		       uint64_t offset, struct error *error)
{
	size_t done = 0;

	while (done < n) {
		ssize_t got =
			pread(image->fd, buffer + done, n - done, (off_t)(offset + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_system(error, errno, "%s: cannot be read",
					    image->path);
		if (got == 0)
			break;
		done += (size_t)got;
	}
	return (ssize_t)done;
}

static int find_lengths(struct opened *image, struct error *error)
{
	struct statfs fs;

	if (fstat(image->fd, &image->st) < 0 || fstatfs(image->fd, &fs) < 0)
		return error_system(error, errno, "%s: cannot be examined", image->path);
	image->block_bytes = fs.f_bsize > 0 ? (uint64_t)fs.f_bsize : 1;
	if (S_ISREG(image->st.st_mode))
		image->length_bytes = (uint64_t)image->st.st_size;
	else if (!S_ISBLK(image->st.st_mode))
		return error_input(error, "%s: is neither a file nor a block device",
				   image->path);
	else if (ioctl(image->fd, BLKGETSIZE64, &image->length_bytes) < 0)
		return error_system(error, errno, "%s: cannot tell its size",
				    image->path);
	return 0;
}

static int open_image(const char *path, struct opened *ret, struct error *error)
{
	ssize_t n;

	*ret = (struct opened){.path = path};
	/* O_NONBLOCK: a FIFO must not make us wait for a writer. */
	ret->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (ret->fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return error_input(error, "%s: no such file", path);
	if (ret->fd < 0)
		return error_system(error, errno, "%s: cannot be opened", path);
	if (find_lengths(ret, error) < 0)
		return -1;
	ret->n_front = (size_t)MIN(ret->length_bytes, (uint64_t)QCOW2_MAX_HEADER);
	ret->front = xcalloc(1, ret->n_front + 1);
	/* All of it only for what may have a header that long. */
	n = read_at(ret, ret->front, MIN(ret->n_front, (size_t)4096), 0, error);
	if (n == 4096 && qcow2_is(ret->front, (size_t)n))
		n = read_at(ret, ret->front, ret->n_front, 0, error);
	if (n < 0)
		return -1;
	ret->n_front = (size_t)n;
	return 0;
}

static struct image_size *add_size(struct image_sizes *sizes, const struct opened *image,
				   enum image_format format)
{
	struct image_size *size = vec_add(&sizes->list);
	bool device = S_ISBLK(image->st.st_mode);

	size->file = xstrdup(image->path);
	size->format = format;
	size->length_bytes = image->length_bytes;
	size->allocation_bytes =
		device ? image->length_bytes : (uint64_t)image->st.st_blocks * 512;
	size->device = image->st.st_dev;
	size->inode = image->st.st_ino;
	return size;
}

static void measure_raw(const struct opened *image, struct image_sizes *sizes)
{
	struct image_size *size = add_size(sizes, image, IMAGE_RAW);

	size->capacity_bytes = size->length_bytes;
	size->commitment_bytes = MAX(round_up(size->length_bytes, image->block_bytes),
				     size->allocation_bytes);
	if (S_ISBLK(image->st.st_mode))
		size->commitment_bytes = size->length_bytes;
}

static int measure_bitmaps(const struct opened *image, const struct qcow2_header *header,
			   uint64_t *ret_bytes, struct error *error)
{
	_cleanup_free_ uint8_t *directory = NULL;
	ssize_t n;

	*ret_bytes = 0;
	if (header->n_bitmaps == 0)
		return 0;
	if (header->bitmap_directory_offset > image->length_bytes ||
	    header->bitmap_directory_bytes >
		    image->length_bytes - header->bitmap_directory_offset)
		return error_input(error, "%s: its bitmap directory lies past its end",
				   image->path);
	directory = xcalloc(1, (size_t)header->bitmap_directory_bytes);
	n = read_at(image, directory, (size_t)header->bitmap_directory_bytes,
		    header->bitmap_directory_offset, error);
	if (n < 0)
		return -1;
	if (qcow2_bitmap_bytes(header, directory, (size_t)n, ret_bytes, error) < 0)
		return error_wrap(error, "%s", image->path);
	return 0;
}

static int measure_qcow2(const struct opened *image, const struct qcow2_header *header,
			 const struct image_question *question, struct image_sizes *sizes,
			 struct error *error)
{
	struct image_size *size;
	uint64_t bitmap_bytes;

	if (measure_bitmaps(image, header, &bitmap_bytes, error) < 0)
		return -1;
	size = add_size(sizes, image, IMAGE_QCOW2);
	size->capacity_bytes = header->options.capacity_bytes;
	if (header->backing_file)
		size->backing_file = xstrdup(header->backing_file);
	if (header->data_file)
		size->data_file = xstrdup(header->data_file);
	commit_existing(size, header, bitmap_bytes);
	commit_snapshots(size, question->snapshots);
	if (size->kind != COMMITMENT_UNBOUNDED)
		size->commitment_bytes =
			round_up(size->commitment_bytes, image->block_bytes);
	note_state(size, header);
	return 0;
}

/* A file that an image names, as a path: beside the image unless it is absolute. */
static char *beside(const char *image, const char *name)
{
	const char *slash = strrchr(image, '/');

	if (*name == '/' || !slash)
		return xstrdup(name);
	return xasprintf("%.*s%s", (int)(slash - image + 1), image, name);
}

static bool measured_already(const struct image_sizes *sizes, const struct opened *image)
{
	for (size_t i = 0; i < sizes->list.n; i++)
		if (sizes->list.v[i].device == image->st.st_dev &&
		    sizes->list.v[i].inode == image->st.st_ino)
			return true;
	return false;
}

static int measure_below(const char *path, const struct image_question *question,
			 struct image_sizes *sizes, int depth, struct error *error);

static int follow(const struct opened *image, const char *name, const char *format,
		  struct image_sizes *sizes, int depth, struct error *error)
{
	_cleanup_free_ char *path = NULL;
	struct image_question question = {.follow = true};

	if (!name)
		return 0;
	if (has_prefix(name, "file:"))
		name += 5;
	else if (has_prefix(name, "json:") || strstr(name, "://"))
		return error_input(error,
				   "%s: rests on \"%s\", which is no file to measure",
				   image->path, name);
	if (format && !streq(format, "raw") && !streq(format, "qcow2"))
		return error_input(error,
				   "%s: rests on a %s image, which is not measured",
				   image->path, format);
	question.format_given = format != NULL;
	question.format = format && streq(format, "qcow2") ? IMAGE_QCOW2 : IMAGE_RAW;
	path = beside(image->path, name);
	if (measure_below(path, &question, sizes, depth + 1, error) < 0)
		return error_wrap(error, "%s", image->path);
	return 0;
}

static int choose_format(const struct opened *image,
			 const struct image_question *question, enum image_format *ret,
			 struct error *error)
{
	const char *container = image_container(image->front, image->n_front);

	if (question->format_given) {
		*ret = question->format;
		return 0;
	}
	if (container && !streq(container, "qcow2"))
		return error_input(
			error,
			"%s: is a %s image, and only raw and qcow2 are measured; "
			"--format raw takes it as it is",
			image->path, container);
	*ret = container ? IMAGE_QCOW2 : IMAGE_RAW;
	return 0;
}

static int measure_open(const struct opened *image, const struct image_question *question,
			struct image_sizes *sizes, int depth, struct error *error)
{
	_cleanup_qcow2_header_ struct qcow2_header header = {};
	enum image_format format = IMAGE_RAW;

	if (choose_format(image, question, &format, error) < 0)
		return -1;
	if (format == IMAGE_RAW) {
		measure_raw(image, sizes);
		return 0;
	}
	if (qcow2_read_header(image->front, image->n_front, &header, error) < 0)
		return error_wrap(error, "%s", image->path);
	if (measure_qcow2(image, &header, question, sizes, error) < 0)
		return -1;
	if (!question->follow)
		return 0;
	if (follow(image, header.data_file, "raw", sizes, depth, error) < 0)
		return -1;
	return follow(image, header.backing_file, header.backing_format, sizes, depth,
		      error);
}

static int measure_below(const char *path, const struct image_question *question,
			 struct image_sizes *sizes, int depth, struct error *error)
{
	_cleanup_(close_image) struct opened image = {.fd = -1};

	if (depth > MAX_CHAIN)
		return error_input(error,
				   "%s: the chain of backing files is deeper than %d",
				   path, MAX_CHAIN);
	if (open_image(path, &image, error) < 0)
		return -1;
	/* A shared base is counted once; so is each file of a loop. */
	if (measured_already(sizes, &image))
		return 0;
	return measure_open(&image, question, sizes, depth, error);
}

int image_measure(const char *path, const struct image_question *question,
		  struct image_sizes *sizes, struct error *error)
{
	return measure_below(path, question, sizes, 0, error);
}

void image_measure_new_raw(uint64_t capacity_bytes, const struct image_question *question,
			   struct image_sizes *sizes)
{
	struct image_size *size = vec_add(&sizes->list);

	size->capacity_bytes = size->length_bytes = capacity_bytes;
	size->commitment_bytes = round_up(capacity_bytes, question->block_bytes);
	/* qemu-img create writes the first block, to find out about alignment. */
	size->allocation_bytes = question->block_bytes && capacity_bytes
					 ? question->block_bytes
					 : IMAGE_UNKNOWN;
}

void image_measure_new_qcow2(const struct qcow2_options *options,
			     const struct image_question *question,
			     struct image_sizes *sizes)
{
	struct image_size *size = vec_add(&sizes->list);

	size->format = IMAGE_QCOW2;
	size->capacity_bytes = options->capacity_bytes;
	size->length_bytes = qcow2_new_bytes(options);
	size->allocation_bytes = question->block_bytes ? round_up(size->length_bytes,
								  question->block_bytes)
						       : IMAGE_UNKNOWN;
	commit_full(size, options);
	commit_snapshots(size, question->snapshots);
	if (size->kind != COMMITMENT_UNBOUNDED)
		size->commitment_bytes =
			round_up(size->commitment_bytes, question->block_bytes);
	if (options->data_file)
		image_measure_new_raw(options->capacity_bytes, question, sizes);
}

void image_sizes_free(struct image_sizes *sizes)
{
	for (size_t i = 0; i < sizes->list.n; i++) {
		struct image_size *size = &sizes->list.v[i];

		free(size->file);
		free(size->backing_file);
		free(size->data_file);
		for (size_t n = 0; n < size->notes.n; n++)
			free(size->notes.v[n]);
		vec_free(&size->notes);
	}
	vec_free(&sizes->list);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* image.c - measures existing images and the files that they depend on. */
#include "partition/image.h"

#include "partition/image-commit.h"

#include "base/file.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/fs.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

/* An open image and the result of fstat. */
struct opened {
	const char *path;
	int fd;
	struct stat st;
	uint64_t length_bytes, block_bytes;
	uint8_t *front; /* the first QCOW2_MAX_HEADER bytes or fewer */
	size_t n_front;
	const struct opened *above; /* the image that names this one, or NULL */
};

static void close_image(struct opened *image)
{
	close_fd(&image->fd);
	free(image->front);
}

/* Reads up to @n bytes; -1 with *error filled in. */
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
		return error_system(error, errno, "%s: cannot determine its size",
				    image->path);
	return 0;
}

static int open_image(const char *path, struct opened *ret, struct error *error)
{
	ssize_t n;

	*ret = (struct opened){.path = path};
	/* O_NONBLOCK: do not wait for a writer if it is a FIFO. */
	ret->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (ret->fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return error_input(error, "%s: no such file", path);
	if (ret->fd < 0 && errno == ENXIO)
		return error_input(error, "%s: is a socket, not an image", path);
	if (ret->fd < 0)
		return error_system(error, errno, "%s: cannot be opened", path);
	if (find_lengths(ret, error) < 0)
		return -1;
	ret->n_front = (size_t)MIN(ret->length_bytes, (uint64_t)QCOW2_MAX_HEADER);
	ret->front = xcalloc(1, ret->n_front + 1);
	/* Reads more only if the format may have a header that long. */
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

static void measure_raw(const struct opened *image, const struct image_question *question,
			struct image_sizes *sizes)
{
	const uint64_t unit = MAX(image->block_bytes, question->cluster_bytes);
	struct image_size *size = add_size(sizes, image, IMAGE_RAW);

	size->capacity_bytes = size->length_bytes;
	size->commitment_bytes =
		MAX(image_round_up(size->length_bytes, unit), size->allocation_bytes);
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
		return error_input(
			error, "%s: its bitmap directory is past the end of the image",
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
	_cleanup_qcow2_use_ struct qcow2_use use = {};
	struct image_size *size;
	uint64_t bitmap_bytes;

	if (measure_bitmaps(image, header, &bitmap_bytes, error) < 0 ||
	    qcow2_walk(image->fd, image->path, image->length_bytes, header, &use, error) <
		    0)
		return -1;
	size = add_size(sizes, image, IMAGE_QCOW2);
	size->capacity_bytes = header->options.capacity_bytes;
	if (header->backing_file)
		size->backing_file = xstrdup(header->backing_file);
	if (header->data_file)
		size->data_file = xstrdup(header->data_file);
	image_commit_existing(size, header, &use, bitmap_bytes,
			      S_ISBLK(image->st.st_mode) ? 1 : image->block_bytes);
	image_commit_snapshots(size, question->snapshots);
	if (size->kind != COMMITMENT_UNBOUNDED)
		size->commitment_bytes =
			image_round_up(size->commitment_bytes, image->block_bytes);
	image_note_state(size, header);
	return 0;
}

char *image_named_file(const char *image, const char *name)
{
	const char *slash = strrchr(image, '/');

	if (has_prefix(name, "file:"))
		name += 5;
	else if (has_prefix(name, "json:") || strstr(name, "://"))
		return NULL;
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

/* The image that this one was reached from, directly or not, is the same file. */
static bool is_loop(const struct opened *image)
{
	for (const struct opened *it = image->above; it; it = it->above)
		if (it->st.st_dev == image->st.st_dev &&
		    it->st.st_ino == image->st.st_ino)
			return true;
	return false;
}

static int measure_below(const char *path, const struct opened *above,
			 const struct image_question *question, struct image_sizes *sizes,
			 int depth, struct error *error);

/* @cluster_bytes: in which it is written, 0 for a backing file. */
static int follow(const struct opened *image, const char *name, const char *format,
		  uint32_t cluster_bytes, struct image_sizes *sizes, int depth,
		  struct error *error)
{
	_cleanup_free_ char *path = NULL;
	struct image_question question = {.follow = true, .cluster_bytes = cluster_bytes};

	if (!name)
		return 0;
	path = image_named_file(image->path, name);
	if (!path)
		return error_input(
			error,
			"%s: depends on \"%s\", which is not a file that can be measured",
			image->path, name);
	if (format && !streq(format, "raw") && !streq(format, "qcow2"))
		return error_input(error,
				   "%s: depends on a %s image, which cannot be measured",
				   image->path, format);
	question.format_given = format != NULL;
	question.format = format && streq(format, "qcow2") ? IMAGE_QCOW2 : IMAGE_RAW;
	if (measure_below(path, image, &question, sizes, depth + 1, error) < 0)
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
			"%s: is a %s image, but only raw and qcow2 can be measured; --format raw measures it as raw",
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
		measure_raw(image, question, sizes);
		return 0;
	}
	if (qcow2_read_header(image->front, image->n_front, &header, error) < 0)
		return error_wrap(error, "%s", image->path);
	if (measure_qcow2(image, &header, question, sizes, error) < 0)
		return -1;
	if (!question->follow)
		return 0;
	if (follow(image, header.data_file, "raw", header.options.cluster_bytes, sizes,
		   depth, error) < 0)
		return -1;
	return follow(image, header.backing_file, header.backing_format, 0, sizes, depth,
		      error);
}

static int measure_below(const char *path, const struct opened *above,
			 const struct image_question *question, struct image_sizes *sizes,
			 int depth, struct error *error)
{
	_cleanup_(close_image) struct opened image = {.fd = -1};

	if (depth > IMAGE_MAX_CHAIN)
		return error_input(error, IMAGE_DEEP_FORMAT, path, IMAGE_MAX_CHAIN);
	if (open_image(path, &image, error) < 0)
		return -1;
	image.above = above;
	if (is_loop(&image))
		return error_input(error, IMAGE_LOOP_FORMAT, path);
	/* A shared base is counted once. */
	if (measured_already(sizes, &image))
		return 0;
	return measure_open(&image, question, sizes, depth, error);
}

int image_measure(const char *path, const struct image_question *question,
		  struct image_sizes *sizes, struct error *error)
{
	return measure_below(path, NULL, question, sizes, 0, error);
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

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "partition/disk-open.h"

#include "base/file.h"
#include "base/mem.h"
#include "partition/bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static int read_front(const char *path, uint8_t **ret, size_t *ret_n, struct error *error)
{
	_cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;
	ssize_t n;

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return error_input(error, "%s: no such file", path);
	if (fd < 0 && errno != ENXIO)
		return error_system(error, errno, "%s: cannot be opened", path);
	/* A socket cannot even be opened (ENXIO). */
	if (fd < 0 || fstat(fd, &st) < 0 ||
	    (!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode)))
		return error_input(error, "%s: is neither a file nor a block device",
				   path);
	*ret = xcalloc(1, QCOW2_MAX_HEADER);
	n = pread(fd, *ret, 512, 0);
	if (n == 512 && qcow2_is(*ret, 512))
		n = pread(fd, *ret, QCOW2_MAX_HEADER, 0);
	if (n < 0)
		return error_system(error, errno, "%s: cannot be read", path);
	*ret_n = (size_t)n;
	return 0;
}

static int rests_on(const char *path, const char *what, const char *name,
		    struct error *error)
{
	return error_input(
		error, "%s: depends on the %s \"%s\", which is opened only with --chain",
		path, what, name);
}

/* A file of a chain, as fstat identifies it. */
struct link {
	dev_t device;
	ino_t inode;
};

/* The file that @path names as its backing file, owned; NULL if there is none. */
static int find_backing(const char *path, char **ret, struct error *error)
{
	_cleanup_qcow2_header_ struct qcow2_header header = {};
	_cleanup_free_ uint8_t *front = NULL;
	size_t n = 0;

	*ret = NULL;
	if (read_front(path, &front, &n, error) < 0)
		return -1;
	if (!qcow2_is(front, n))
		return 0;
	if (qcow2_read_header(front, n, &header, error) < 0)
		return error_wrap(error, "%s", path);
	if (header.backing_file)
		*ret = image_named_file(path, header.backing_file);
	return 0;
}

/*
 * A chain that loops: qemu-nbd would open its files until it has neither descriptors nor
 * memory (QEMU 7.2, bdrv_open_backing_file()).
 */
static int check_chain(const char *first, struct error *error)
{
	_cleanup_free_ char *path = xstrdup(first);
	struct link links[IMAGE_MAX_CHAIN];

	for (size_t n = 0; path; n++) {
		_cleanup_free_ char *next = NULL;
		struct stat st;

		if (n == IMAGE_MAX_CHAIN)
			return error_input(error, IMAGE_DEEP_FORMAT, first,
					   IMAGE_MAX_CHAIN);
		if (find_backing(path, &next, error) < 0 ||
		    (stat(path, &st) < 0 &&
		     error_system(error, errno, "%s: cannot be examined", path) < 0))
			return n > 0 ? error_wrap(error, "%s", first) : -1;
		for (size_t i = 0; i < n; i++)
			if (links[i].device == st.st_dev && links[i].inode == st.st_ino)
				return error_input(error, IMAGE_LOOP_FORMAT, path);
		links[n] = (struct link){st.st_dev, st.st_ino};
		free(path);
		path = TAKE(next);
	}
	return 0;
}

static int check_qcow2(const char *path, const uint8_t *front, size_t n,
		       const struct disk_wish *wish, struct disk_kind *kind,
		       struct error *error)
{
	_cleanup_qcow2_header_ struct qcow2_header header = {};

	if (qcow2_read_header(front, n, &header, error) < 0)
		return error_wrap(error, "%s", path);
	kind->cluster_bytes = header.options.cluster_bytes;
	if (header.corrupt && wish->writable)
		return error_input(
			error,
			"%s: QEMU has marked it as corrupt; qemu-img check -r all may repair it",
			path);
	if (header.options.luks_bytes > 0 || (n >= 36 && get_be32(front + 32) != 0))
		return error_input(error,
				   "%s: is encrypted, so its content cannot be read",
				   path);
	if (header.backing_file && !wish->follow)
		return rests_on(path, "backing file", header.backing_file, error);
	if (header.data_file && !wish->follow)
		return rests_on(path, "data file", header.data_file, error);
	return header.backing_file ? check_chain(path, error) : 0;
}

static int decide(const char *path, const struct disk_wish *wish, struct disk_kind *kind,
		  struct error *error)
{
	_cleanup_free_ uint8_t *front = NULL;
	const char *container;
	size_t n = 0;

	if (read_front(path, &front, &n, error) < 0)
		return -1;
	container = image_container(front, n);
	kind->format = wish->format_given                       ? wish->format
		       : container && streq(container, "qcow2") ? IMAGE_QCOW2
								: IMAGE_RAW;
	if (kind->format == IMAGE_QCOW2)
		return check_qcow2(path, front, n, wish, kind, error);
	if (container)
		return error_input(error, "%s: is a %s image, not raw", path, container);
	return 0;
}

struct disk_io *disk_open(const char *path, const struct disk_wish *wish,
			  struct disk_kind *ret, struct error *error)
{
	struct disk_kind kind = {};

	if (decide(path, wish, &kind, error) < 0)
		return NULL;
	if (ret)
		*ret = kind;
	if (kind.format == IMAGE_QCOW2)
		return disk_open_qcow2(path, wish->writable, error);
	return disk_open_raw(path, wish->writable, wish->forced, error);
}

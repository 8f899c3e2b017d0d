/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "partition/create.h"

#include "base/file.h"
#include "partition/content.h"
#include "partition/inspect.h"
#include "partition/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

struct creation {
	const struct create_request *request;
	const struct partition_table *table;
	const struct patch *patch;
	char *folder, *name, *temporary; /* owned */
	int folder_fd, raw, image;
	bool named; /* the temporary name is in the folder */
	bool was_there;
	struct stat before;
	struct disk_io *old; /* what it replaces, locked; NULL: nothing */
};

static void creation_end(struct creation *creation)
{
	if (creation->named)
		unlinkat(creation->folder_fd, creation->temporary, 0);
	disk_close(creation->old);
	close_fd(&creation->image);
	close_fd(&creation->raw);
	close_fd(&creation->folder_fd);
	free(creation->folder);
	free(creation->name);
	free(creation->temporary);
}

/*
 * Finds where the image will be: the open folder, and the name in it after following
 * links.
 */
static int find_place(struct creation *creation, struct error *error)
{
	_cleanup_free_ char *real = realpath(creation->request->path, NULL);
	_cleanup_free_ char *one = xstrdup(real ? real : creation->request->path);
	_cleanup_free_ char *two = xstrdup(one);

	creation->folder = xstrdup(dirname(one));
	creation->name = xstrdup(basename(two));
	creation->temporary = xasprintf(".%s.%ld.tmp", creation->name, (long)getpid());
	creation->folder_fd = open(creation->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (creation->folder_fd < 0)
		return errno == ENOENT || errno == ENOTDIR
			       ? error_input(error, "%s: the directory does not exist",
					     creation->folder)
			       : error_system(error, errno, "%s", creation->folder);
	if (streq(creation->name, "/") || streq(creation->name, ".") ||
	    streq(creation->name, ".."))
		return error_input(error, "%s is not a valid name for an image",
				   creation->request->path);
	return 0;
}

/* Either nothing exists there, or a regular file that may be replaced. */
static int check_place(struct creation *creation, struct error *error)
{
	const char *path = creation->request->path;

	if (fstatat(creation->folder_fd, creation->name, &creation->before, 0) < 0)
		return errno == ENOENT ? 0 : error_system(error, errno, "%s", path);
	creation->was_there = true;
	if (!creation->request->overwrite)
		return error_input(
			error,
			"%s exists; --replace gives it a new table, --overwrite replaces it with a new image",
			path);
	if (!S_ISREG(creation->before.st_mode))
		return error_input(
			error,
			"%s is not a regular file and cannot be replaced as a whole",
			path);
	return 0;
}

/* The container counts as content: what it contains is not examined. */
static int survey(struct disk_io *io, struct text *ret, struct error *error)
{
	_cleanup_contents_ struct contents contents = {};
	const char *container = NULL;
	uint8_t front[512] = {};

	if (io->size_bytes >= sizeof(front) &&
	    disk_read(io, front, sizeof(front), 0, error) < 0)
		return -1;
	container = image_container(front, sizeof(front));
	if (container)
		text_printf(ret, "%s image", container);
	else if (contents_find(io, 0, io->size_bytes, &contents, error) < 0)
		return -1;
	text_add_contents(ret, &contents);
	return 0;
}

/*
 * Locks the file that will be replaced, so that nobody opens it in the meantime, and
 * examines it.
 */
static int check_old(struct creation *creation, struct text *ret_content,
		     struct error *error)
{
	const struct create_request *request = creation->request;

	if (!creation->was_there)
		return 0;
	creation->old = disk_open_held(request->path, error);
	if (!creation->old || survey(creation->old, ret_content, error) < 0)
		return -1;
	if (ret_content->n == 0 || request->force)
		return 0;
	return error_input(
		error, "%s: contains %s; nothing was written; use --force to replace it",
		request->path, ret_content->s);
}

static int write_sectors(const struct creation *creation, struct error *error)
{
	const struct patch *patch = creation->patch;

	for (size_t i = 0; i < patch->sectors.n; i++) {
		const struct patch_sector *sector = &patch->sectors.v[i];
		off_t offset = (off_t)(sector->lba * patch->sector_bytes);
		ssize_t n =
			pwrite(creation->raw, sector->new, patch->sector_bytes, offset);

		if (n != (ssize_t)patch->sector_bytes)
			return error_system(error, n < 0 ? errno : ENOSPC,
					    "cannot write the table");
	}
	return 0;
}

static int compare_sectors(const struct creation *creation, struct error *error)
{
	const struct patch *patch = creation->patch;
	uint8_t bytes[4096];

	for (size_t i = 0; i < patch->sectors.n; i++) {
		const struct patch_sector *sector = &patch->sectors.v[i];
		off_t offset = (off_t)(sector->lba * patch->sector_bytes);

		if (pread(creation->raw, bytes, patch->sector_bytes, offset) !=
			    (ssize_t)patch->sector_bytes ||
		    memcmp(bytes, sector->new, patch->sector_bytes) != 0)
			return error_system(error, 0,
					    "LBA %ju does not contain what was written",
					    (uintmax_t)sector->lba);
	}
	return 0;
}

/* Our own reader must find the plan, without any finding of severity error. */
static int read_back(const struct creation *creation, struct error *error)
{
	_cleanup_disk_ struct disk_io *io =
		disk_open_fd(fcntl(creation->raw, F_DUPFD_CLOEXEC, 3), "image", error);
	struct inspect_question question = {.sector_bytes =
						    creation->table->sector_bytes};
	_cleanup_inspection_ struct inspection seen = {};
	_cleanup_(report_free) struct report report = {};
	_cleanup_free_ char *differs = NULL;

	if (!io || inspect_disk(io, &question, &seen, &report, error) < 0)
		return -1;
	for (size_t i = 0; i < report.findings.n; i++)
		if (report.findings.v[i].severity == SEVERITY_ERROR)
			return error_system(error, 0, "was read back and is wrong: %s",
					    report.findings.v[i].message);
	differs = partition_table_difference(&seen.table, creation->table);
	if (differs)
		return error_system(error, 0,
				    "was read back and differs from the plan: %s",
				    differs);
	return compare_sectors(creation, error);
}

/*
 * A file without a name, which leaves nothing behind whatever happens; a named file if
 * the file system does not support that (NFS).
 */
static int open_file(struct creation *creation, int *ret_fd, struct error *error)
{
	int fd = openat(creation->folder_fd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0666);

	if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL)) {
		fd = openat(creation->folder_fd, creation->temporary,
			    O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0666);
		creation->named = fd >= 0;
	}
	if (fd < 0)
		return error_system(error, errno, "cannot create a file in %s",
				    creation->folder);
	*ret_fd = fd;
	return 0;
}

/* The source of a qcow2 needs no name at all. */
static int open_raw(struct creation *creation, struct error *error)
{
	if (open_file(creation, &creation->raw, error) < 0)
		return -1;
	if (creation->named && creation->request->format == IMAGE_QCOW2) {
		unlinkat(creation->folder_fd, creation->temporary, 0);
		creation->named = false;
	}
	return 0;
}

static int write_raw(struct creation *creation, struct error *error)
{
	const struct partition_table *table = creation->table;
	const struct create_request *request = creation->request;
	struct fill_target target = {
		.folder_fd = creation->folder_fd,
		.seed = request->seed,
		.progress = request->progress,
	};

	if (open_raw(creation, error) < 0)
		return -1;
	target.fd = creation->raw;
	if (ftruncate(creation->raw, (off_t)(table->n_sectors * table->sector_bytes)) < 0)
		return error_system(error, errno,
				    "cannot create a file of %ju bytes in %s",
				    (uintmax_t)(table->n_sectors * table->sector_bytes),
				    creation->folder);
	if (fill_all(&request->fills, table, &target, error) < 0 ||
	    write_sectors(creation, error) < 0)
		return -1;
	/* The source of a qcow2 is not kept: check_raw(). */
	if (request->format != IMAGE_QCOW2 && fsync(creation->raw) < 0)
		return error_system(error, errno, "cannot flush the image");
	return read_back(creation, error);
}

/* "    (12.34/100%)", of qemu-img's -p. */
static void watch_percent(void *context, const char *message)
{
	const char *open = strrchr(message, '(');
	unsigned whole, hundredths;

	if (open && sscanf(open, "(%3u.%2u/", &whole, &hundredths) == 2)
		progress_set(context, (uint64_t)whole * 100 + hundredths);
}

static int run_watched(struct tool *tool, const struct creation *creation,
		       const char *what, struct error *error)
{
	_cleanup_progress_ struct progress *progress = creation->request->progress;

	progress_begin_percent(progress, "%s: %s", creation->name, what);
	tool->tick = watch_percent;
	tool->context = progress;
	tool->output_fd = creation->image;
	tool->ends_with_us = true;
	return tool_run(tool, error);
}

static int convert(struct creation *creation, struct error *error)
{
	_cleanup_tool_ struct tool tool = {};

	tool_add(&tool, "qemu-img");
	tool_add(&tool, "convert");
	tool_add(&tool, "-p");
	tool_add(&tool, "-f");
	tool_add(&tool, "raw");
	tool_add(&tool, "-O");
	tool_add(&tool, "qcow2");
	if (creation->request->cluster_bytes) {
		tool_add(&tool, "-o");
		tool_add(&tool, "cluster_size=%ju",
			 (uintmax_t)creation->request->cluster_bytes);
	}
	tool_add_fd(&tool, creation->raw);
	tool_add_fd(&tool, creation->image);
	return run_watched(&tool, creation, "creating the qcow2", error);
}

static int compare(struct creation *creation, struct error *error)
{
	_cleanup_tool_ struct tool tool = {};

	tool_add(&tool, "qemu-img");
	tool_add(&tool, "compare");
	tool_add(&tool, "-p");
	tool_add(&tool, "-f");
	tool_add(&tool, "raw");
	tool_add(&tool, "-F");
	tool_add(&tool, "qcow2");
	tool_add_fd(&tool, creation->raw);
	tool_add_fd(&tool, creation->image);
	return run_watched(&tool, creation, "comparing it with the plan", error);
}

/*
 * The kernel may have written some of the source in the meantime. If that failed, it may
 * have forgotten the bytes before they were converted.
 */
static int check_raw(const struct creation *creation, struct error *error)
{
	if (sync_file_range(creation->raw, 0, 0, SYNC_FILE_RANGE_WAIT_BEFORE) < 0 &&
	    (errno != ENOSYS || fsync(creation->raw) < 0))
		return error_system(error, errno, "cannot write a file in %s",
				    creation->folder);
	return 0;
}

/*
 * QEMU's own tool makes the qcow2, and reads it back: conversions have ended with status
 * 0 and left other bytes, because of a fault of XFS (Linux commit 4b2f459d8625), which
 * "qemu-img compare" showed (coreos-assembler issue 3728).
 */
static int make_qcow2(struct creation *creation, struct error *error)
{
	if (open_file(creation, &creation->image, error) < 0 ||
	    convert(creation, error) < 0 || compare(creation, error) < 0 ||
	    check_raw(creation, error) < 0)
		return -1;
	if (fsync(creation->image) < 0)
		return error_system(error, errno, "cannot flush the image");
	return 0;
}

static int keep_owner(const struct creation *creation, int fd, struct error *error)
{
	if (!creation->was_there)
		return 0;
	if (fchmod(fd, creation->before.st_mode & 07777) < 0)
		return error_system(error, errno, "cannot set the mode");
	/*
	 * Without root it may be impossible to keep the group; the owner is the user who
	 * runs this.
	 */
	if (fchown(fd, creation->before.st_uid, creation->before.st_gid) < 0 &&
	    errno != EPERM)
		return error_system(error, errno, "cannot set the owner");
	return 0;
}

/* The old file has not been replaced by another one in the meantime. */
static int check_unchanged(const struct creation *creation, struct error *error)
{
	const struct stat *before = &creation->before;
	struct stat now;

	if (fstatat(creation->folder_fd, creation->name, &now, 0) == 0 &&
	    now.st_dev == before->st_dev && now.st_ino == before->st_ino &&
	    now.st_size == before->st_size &&
	    now.st_mtim.tv_sec == before->st_mtim.tv_sec &&
	    now.st_mtim.tv_nsec == before->st_mtim.tv_nsec)
		return 0;
	return error_system(
		error, 0,
		"%s changed while its replacement was made; it was not replaced",
		creation->request->path);
}

static int link_as(const struct creation *creation, int fd, const char *name)
{
	_cleanup_free_ char *link = xasprintf("/proc/self/fd/%d", fd);

	return linkat(AT_FDCWD, link, creation->folder_fd, name, AT_SYMLINK_FOLLOW);
}

/* Only what replaces another file needs a second name before that. */
static int give_temporary_name(struct creation *creation, int fd, struct error *error)
{
	if (creation->named || !creation->was_there)
		return 0;
	if (link_as(creation, fd, creation->temporary) < 0)
		return error_system(error, errno, "cannot give the image its name");
	creation->named = true;
	return 0;
}

/* The name of the image, at once; a negative errno. */
static int give_name(struct creation *creation, int fd)
{
	const unsigned flags = creation->was_there ? 0 : RENAME_NOREPLACE;
	int rc = creation->named ? renameat2(creation->folder_fd, creation->temporary,
					     creation->folder_fd, creation->name, flags)
				 : link_as(creation, fd, creation->name);

	if (rc < 0)
		return -errno;
	creation->named = false;
	return 0;
}

static int publish(struct creation *creation, int fd, struct error *error)
{
	const char *path = creation->request->path;
	int rc;

	if (keep_owner(creation, fd, error) < 0 ||
	    give_temporary_name(creation, fd, error) < 0 ||
	    (creation->was_there && check_unchanged(creation, error) < 0))
		return -1;
	rc = give_name(creation, fd);
	if (rc == -EEXIST)
		return error_input(
			error,
			"%s was created by another program in the meantime and was not replaced",
			path);
	if (rc < 0)
		return error_system(error, -rc, "cannot give the image the name %s",
				    path);
	if (fsync(creation->folder_fd) < 0)
		return error_system(
			error, errno,
			"%s is complete, but its directory could not be flushed: a power failure may lose the file",
			path);
	return 0;
}

int create_image(const struct create_request *request,
		 const struct partition_table *table, const struct patch *patch,
		 struct text *ret_destroyed, struct error *error)
{
	_cleanup_(creation_end) struct creation creation = {
		.request = request,
		.table = table,
		.patch = patch,
		.folder_fd = -1,
		.raw = -1,
		.image = -1,
	};
	bool qcow2 = request->format == IMAGE_QCOW2;

	if (find_place(&creation, error) < 0 || check_place(&creation, error) < 0 ||
	    check_old(&creation, ret_destroyed, error) < 0)
		return -1;
	if (write_raw(&creation, error) < 0 ||
	    (qcow2 && make_qcow2(&creation, error) < 0) ||
	    publish(&creation, qcow2 ? creation.image : creation.raw, error) < 0)
		return error_wrap(error, "%s", request->path);
	return 0;
}

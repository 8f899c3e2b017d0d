/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * disk-nbd.c - existing qcow2 images through qemu-nbd.
 *
 * Theory of operation: qemu-nbd serves only us, on a socket that no longer has a name by
 * then, and ends when we end, even if we are killed (nbd-server.c). A flush through it
 * reaches the file (fsync), and QEMU itself locks the image. The file name is passed as
 * an option, not as a URL, so that no name can be taken for a protocol.
 */
#include "partition/disk-holder.h"
#include "partition/disk-io.h"
#include "partition/nbd-library.h"
#include "partition/nbd-server.h"
#include "partition/tool.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define REQUEST_BYTES (1u << 20)
#define USUAL_LIMIT_S 60 /* a flush to a busy disk takes seconds */

struct nbd_io {
	struct disk_io io;
	struct nbd_handle *nbd;
	struct nbd_server server;
	bool silent; /* it did not answer in time, and we no longer wait for it */
};

static int failed(const struct disk_io *io, const char *what, struct error *error)
{
	const struct nbd_io *nbd = (const struct nbd_io *)io;
	const char *text = sym_nbd_get_error();
	_cleanup_text_ struct text messages = {};

	if (nbd->silent)
		return error_system(
			error, 0,
			"%s: %s: qemu-nbd did not answer within %u s and was abandoned; it may still have the image open",
			io->name, what, tool_limit_s(USUAL_LIMIT_S));

	nbd_server_add_messages(&messages, &nbd->server);
	/* libnbd's message already includes the text of errno. */
	return error_system(error, text ? 0 : sym_nbd_get_errno(), "%s: %s%s%s%s",
			    io->name, what, text ? ": " : "", text ? text : "",
			    messages.n > 0 ? messages.s : "");
}

/*
 * Runs libnbd until @is_done returns nonzero, or the limit is exceeded. Negative: a
 * failure.
 */
static int wait_for(struct nbd_io *nbd,
		    int (*is_done)(struct nbd_io *nbd, int64_t cookie), int64_t cookie)
{
	int64_t end = clock_ms() + (int64_t)tool_limit_s(USUAL_LIMIT_S) * 1000, left;
	int done;

	while ((done = is_done(nbd, cookie)) == 0) {
		left = end - clock_ms();
		nbd->silent |= left <= 0;
		if (nbd->silent || sym_nbd_poll(nbd->nbd, (int)left) < 0)
			return -1;
	}
	return done;
}

static int is_completed(struct nbd_io *nbd, int64_t cookie)
{
	return sym_nbd_aio_command_completed(nbd->nbd, (uint64_t)cookie);
}

static int is_connected(struct nbd_io *nbd, int64_t cookie _unused_)
{
	if (sym_nbd_aio_is_dead(nbd->nbd) || sym_nbd_aio_is_closed(nbd->nbd))
		return -1;
	return sym_nbd_aio_is_ready(nbd->nbd);
}

static int is_over(struct nbd_io *nbd, int64_t cookie _unused_)
{
	return sym_nbd_aio_is_dead(nbd->nbd) || sym_nbd_aio_is_closed(nbd->nbd);
}

/* Waits for the request that was started as @cookie, which is -1 if that failed. */
static int finish(struct nbd_io *nbd, int64_t cookie)
{
	return cookie < 0 ? -1 : wait_for(nbd, is_completed, cookie);
}

static int nbd_io_read(struct disk_io *io, void *bytes, size_t n, uint64_t offset,
		       struct error *error)
{
	struct nbd_io *nbd = (struct nbd_io *)io;

	for (size_t done = 0; done < n;) {
		size_t step = MIN(n - done, (size_t)REQUEST_BYTES);

		if (finish(nbd,
			   sym_nbd_aio_pread(nbd->nbd, (uint8_t *)bytes + done, step,
					     offset + done, NBD_NULL_COMPLETION, 0)) < 0)
			return failed(io, "cannot be read through qemu-nbd", error);
		done += step;
	}
	return 0;
}

static int nbd_io_write(struct disk_io *io, const void *bytes, size_t n, uint64_t offset,
			struct error *error)
{
	struct nbd_io *nbd = (struct nbd_io *)io;

	for (size_t done = 0; done < n;) {
		size_t step = MIN(n - done, (size_t)REQUEST_BYTES);

		if (finish(nbd,
			   sym_nbd_aio_pwrite(nbd->nbd, (const uint8_t *)bytes + done,
					      step, offset + done, NBD_NULL_COMPLETION,
					      0)) < 0)
			return failed(io, "cannot be written through qemu-nbd", error);
		done += step;
	}
	return 0;
}

static int nbd_io_flush(struct disk_io *io, struct error *error)
{
	struct nbd_io *nbd = (struct nbd_io *)io;

	if (finish(nbd, sym_nbd_aio_flush(nbd->nbd, NBD_NULL_COMPLETION, 0)) < 0)
		return failed(io, "cannot be flushed through qemu-nbd", error);
	return 0;
}

/* qemu-nbd holds the image open; we can check whether the path still refers to it. */
static int nbd_io_verify(struct disk_io *io, struct error *error)
{
	struct stat st;

	if (stat(io->name, &st) < 0)
		return error_system(error, errno, "%s: no longer exists", io->name);
	if (st.st_dev != io->device || st.st_ino != io->inode)
		return error_system(error, 0, "%s: was replaced in the meantime",
				    io->name);
	return 0;
}

/* Waits for qemu-nbd, which closes the image cleanly; not if it does not respond. */
static bool end_server(struct nbd_io *nbd)
{
	return nbd_server_end(&nbd->server,
			      nbd->silent ? 1 : tool_limit_s(USUAL_LIMIT_S));
}

static int nbd_io_close(struct disk_io *io, struct error *error)
{
	struct nbd_io *nbd = (struct nbd_io *)io;

	if (!nbd->silent && sym_nbd_aio_disconnect(nbd->nbd, 0) == 0)
		wait_for(nbd, is_over, 0);
	sym_nbd_close(nbd->nbd);
	if (end_server(nbd))
		return 0;
	return error_system(
		error, 0,
		"%s: qemu-nbd did not end within %u s and may still have the image open; what was written has been flushed",
		io->name, tool_limit_s(USUAL_LIMIT_S));
}

static const struct disk_io_kind nbd_kind = {
	.read = nbd_io_read,
	.write = nbd_io_write,
	.flush = nbd_io_flush,
	.verify = nbd_io_verify,
	.close = nbd_io_close,
};

/* "driver=qcow2,file.driver=file,file.filename=NAME", with commas in the name doubled. */
static char *image_options(const struct disk_io *io, bool writable)
{
	const char *path = io->name;
	struct text text = {};

	text_printf(&text, "driver=qcow2,read-only=%s,file.driver=%s,file.filename=",
		    writable ? "off" : "on", io->is_device ? "host_device" : "file");
	for (; *path; path++) {
		text_addc(&text, *path);
		if (*path == ',')
			text_addc(&text, ',');
	}
	return text_take(&text);
}

static int connect_server(struct nbd_io *nbd, bool writable, struct error *error)
{
	_cleanup_free_ char *options = image_options(&nbd->io, writable);
	char *argv[] = {xstrdup("qemu-nbd"), xstrdup("--image-opts"), options,
			writable ? NULL : xstrdup("--read-only"), NULL};
	int64_t size;
	int line = nbd_server_start(argv, &nbd->server, error), rc;

	free(argv[0]);
	free(argv[1]);
	free(argv[3]);
	if (line < 0)
		return error_wrap(error, "%s", nbd->io.name);
	rc = sym_nbd_aio_connect_socket(nbd->nbd, line);
	if (rc == 0)
		rc = wait_for(nbd, is_connected, 0);
	size = rc < 0 ? -1 : sym_nbd_get_size(nbd->nbd);
	if (rc < 0 || size < 0)
		return failed(&nbd->io, "qemu-nbd does not export it", error);
	if (writable && sym_nbd_can_flush(nbd->nbd) != 1)
		return error_system(error, 0, "%s: qemu-nbd cannot flush it",
				    nbd->io.name);
	nbd->io.size_bytes = (uint64_t)size;
	return 0;
}

/* The error for a busy image should name who uses it; QEMU's message does not. */
static int examine(struct nbd_io *nbd, bool writable, struct error *error)
{
	_cleanup_fd_ int fd = open(nbd->io.name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	_cleanup_free_ char *holder = NULL;
	struct stat st;

	if (fd < 0 && errno == ENOENT)
		return error_input(error, "%s: no such file", nbd->io.name);
	if (fd < 0 || fstat(fd, &st) < 0)
		return error_system(error, errno, "%s: cannot be opened", nbd->io.name);
	nbd->io.device = st.st_dev;
	nbd->io.inode = st.st_ino;
	nbd->io.is_device = S_ISBLK(st.st_mode);
	nbd->io.device_number = nbd->io.is_device ? st.st_rdev : 0;
	if (!disk_in_qemu(fd))
		return 0;
	holder = disk_holder(nbd->io.device, nbd->io.inode);
	return error_input(error, "%s: is in use by %s%s", nbd->io.name,
			   holder ? holder : "another program",
			   writable ? "; nothing was written" : "");
}

static int set_up(struct nbd_io *nbd, struct error *error)
{
	if (nbd_library_load(error) < 0)
		return -1;
	nbd->nbd = sym_nbd_create();
	return nbd->nbd ? 0 : failed(&nbd->io, "cannot set up libnbd", error);
}

struct disk_io *disk_open_qcow2(const char *path, bool writable, struct error *error)
{
	struct nbd_io *nbd = xnew(struct nbd_io);

	nbd->io.kind = &nbd_kind;
	nbd->io.name = xstrdup(path);
	if (set_up(nbd, error) == 0 && examine(nbd, writable, error) == 0 &&
	    connect_server(nbd, writable, error) == 0)
		return &nbd->io;
	if (nbd->nbd)
		sym_nbd_close(nbd->nbd);
	end_server(nbd);
	free(nbd->io.name);
	free(nbd);
	return NULL;
}

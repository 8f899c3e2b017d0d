/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * run-mounts.c - the file system of a confined run: the host's, read-only and without
 * set-user-id programs; an empty one over each shared directory (sockets, other users'
 * files, devices); and ROOT, the only writable directory of the host.
 *
 * A mount's tree is cloned (open_tree(2)) before its place is covered, and attached to
 * the cover afterwards. A chroot whose root is not a mount point also works: its tree is
 * cloned and mounted over it.
 */
#include "planner/boot/run-confine.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/vec.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static const struct cover_row {
	const char *path;
	unsigned long flags;
	const char *options;
} cover_rows[] = {
	{"/tmp", MS_NOSUID | MS_NODEV, "mode=1777"},
	{"/var/tmp", MS_NOSUID | MS_NODEV, "mode=1777"},
	{"/run", MS_NOSUID | MS_NODEV, "mode=755"},
	{"/dev", MS_NOSUID | MS_NOEXEC, "mode=755"},
};

/* Devices that programs expect. Apart from them only /dev/kvm is useful. */
static const char *const devices[] = {"/dev/null", "/dev/zero", "/dev/full",
				      "/dev/random", "/dev/urandom"};

/* A cloned tree, and where it is attached. */
struct mount_tree {
	char *path; /* owned */
	int fd;
	bool directory;
};

struct cover {
	char *path; /* without symbolic links */
	struct cover_row row;
};

struct mounts {
	const struct run *run;
	struct mount_tree root;
	VEC(struct mount_tree) trees;
	VEC(struct cover) covers;
};

/* Below a directory, or the same; paths are absolute and without a "/" at the end. */
static bool is_below(const char *path, const char *directory)
{
	size_t n = strlen(directory);

	return strncmp(path, directory, n) == 0 && (path[n] == '/' || path[n] == '\0');
}

static bool is_covered(const struct mounts *m, const char *path)
{
	for (size_t i = 0; i < m->covers.n; i++)
		if (is_below(path, m->covers.v[i].path))
			return true;
	return false;
}

static int set_attributes(int fd, unsigned flags, uint64_t set, uint64_t clear)
{
	struct mount_attr attributes = {.attr_set = set, .attr_clr = clear};

	return mount_setattr(fd, "", AT_EMPTY_PATH | flags, &attributes,
			     sizeof(attributes));
}

static int take_tree(const char *path)
{
	return open_tree(AT_FDCWD, path,
			 OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
}

static int put_tree(int fd, const char *path)
{
	return move_mount(fd, "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH);
}

/* For later, if it exists. */
static void keep(struct mounts *m, const char *path)
{
	int fd = take_tree(path);
	struct mount_tree *tree;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0) {
		close_fd(&fd);
		return;
	}
	tree = vec_add(&m->trees);
	tree->path = xstrdup(path);
	tree->fd = fd;
	tree->directory = S_ISDIR(st.st_mode);
}

/* A directory with programs or libraries, or a program. */
static void keep_place(struct mounts *m, const char *path)
{
	_cleanup_free_ char *real = NULL;

	if (*path != '/' || streq(path, "/"))
		return;
	real = realpath(path, NULL);
	if (real && (is_covered(m, path) || is_covered(m, real)))
		keep(m, path);
}

static void keep_places(struct mounts *m, const char *variable)
{
	const char *list = getenv(variable);
	_cleanup_free_ char *copy = xstrdup(list ? list : "");
	char *rest = copy, *path;

	while ((path = strsep(&rest, ":"))) {
		size_t n = strlen(path);

		while (n > 1 && path[n - 1] == '/')
			path[--n] = '\0';
		keep_place(m, path);
	}
}

/* A program with the files next to it, unless their directory is to be covered. */
static void keep_program(struct mounts *m, const char *program)
{
	_cleanup_free_ char *directory = xstrdup(program ? program : "");
	char *slash = strrchr(directory, '/');

	if (!slash)
		return;
	*slash = '\0';
	for (size_t i = 0; i < m->covers.n; i++)
		if (is_below(m->covers.v[i].path, directory)) {
			keep_place(m, program);
			return;
		}
	keep_place(m, directory);
}

/*
 * Keeps mounts of this namespace out of the host's. "/" of a chroot need not be a mount
 * point, so this applies to the mount above it: a process outside its root directory, as
 * after a chroot elsewhere, can go up to the topmost mount.
 */
static int make_private(int root, struct error *error)
{
	struct stat here, above;

	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0)
		return 0;
	if (errno != EINVAL || chroot("/proc") < 0 || fchdir(root) < 0)
		return error_system(error, errno, "cannot make mounts private");
	do {
		if (stat(".", &here) < 0 || stat("..", &above) < 0 || chdir("..") < 0)
			return error_system(error, errno, "cannot make mounts private");
	} while (here.st_dev != above.st_dev || here.st_ino != above.st_ino);
	if (mount(NULL, ".", NULL, MS_REC | MS_PRIVATE, NULL) < 0 || fchdir(root) < 0 ||
	    chroot(".") < 0)
		return error_system(error, errno, "cannot make mounts private");
	return 0;
}

static int make_read_only(struct error *error)
{
	_cleanup_fd_ int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC), tree = -1;

	if (root < 0 || make_private(root, error) < 0)
		return root < 0 ? error_system(error, errno, "/") : -1;
	tree = take_tree("/");
	if (tree < 0 || set_attributes(tree, AT_RECURSIVE,
				       MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID, 0) < 0)
		return error_system(
			error, errno,
			"cannot make the file system read-only (this needs Linux 5.12)");
	if (put_tree(tree, "/") < 0 || fchdir(tree) < 0 || chroot(".") < 0)
		return error_system(error, errno,
				    "cannot make the file system read-only");
	return 0;
}

static void add_cover(struct mounts *m, const struct cover_row *row)
{
	char *real = realpath(row->path, NULL);
	struct cover *cover;

	if (!real)
		return; /* it does not exist here */
	cover = vec_add(&m->covers);
	cover->path = real;
	cover->row = *row;
}

static int cover(const struct cover *cover, struct error *error)
{
	if (mount("tmpfs", cover->path, "tmpfs", cover->row.flags, cover->row.options) <
	    0)
		return error_system(error, errno,
				    "%s: cannot mount an empty directory over it",
				    cover->path);
	return 0;
}

/* Creates the mount point for a tree in a cover, with its parent directories. */
static int make_place(const struct mount_tree *tree)
{
	_cleanup_free_ char *path = xstrdup(tree->path);
	_cleanup_fd_ int fd = -1;
	struct stat st;

	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(path, 0755) < 0 && errno != EEXIST && errno != EROFS)
			return -1;
		*slash = '/';
	}
	if (stat(path, &st) == 0)
		return 0;
	if (tree->directory)
		return mkdir(path, 0755);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	return fd < 0 ? -1 : 0;
}

static int put(const struct mount_tree *tree, struct error *error)
{
	if (make_place(tree) < 0 || put_tree(tree->fd, tree->path) < 0)
		return error_system(error, errno, "%s: cannot be mounted", tree->path);
	return 0;
}

/* Also covers directories above ROOT that others cannot enter, such as /root. */
static int put_root(const struct mount_tree *tree, struct error *error)
{
	_cleanup_free_ char *path = xstrdup(tree->path);
	struct stat st;

	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		struct cover closed = {path, {path, MS_NOSUID | MS_NODEV, "mode=755"}};

		*slash = '\0';
		if (stat(path, &st) == 0 && !(st.st_mode & S_IXOTH) &&
		    cover(&closed, error) < 0)
			return -1;
		*slash = '/';
	}
	return put(tree, error);
}

/*
 * The user of the run gets its own /dev/kvm. If no device can be created, as in a
 * container, it is the host's, with the group that may use it.
 */
static void add_kvm(const struct stat *kvm, int tree, gid_t *ret_group)
{
	char path[] = "/dev/kvm";
	struct mount_tree place = {.path = path, .fd = tree};

	if (!S_ISCHR(kvm->st_mode))
		return;
	if (mknod("/dev/kvm", S_IFCHR | 0600, kvm->st_rdev) == 0 &&
	    chown("/dev/kvm", RUN_NOBODY, RUN_NOBODY) == 0)
		return;
	unlink("/dev/kvm");
	if (make_place(&place) < 0 || put_tree(tree, "/dev/kvm") < 0)
		return; /* libvirt reports that there is none */
	if ((kvm->st_mode & (S_IRGRP | S_IWGRP)) == (S_IRGRP | S_IWGRP))
		*ret_group = kvm->st_gid;
}

/* Other usual entries of /dev; QEMU needs no others for a dry boot. */
static void fill_dev(void)
{
	mkdir("/dev/shm", 0755);
	(void)!chown("/dev/shm", RUN_NOBODY, RUN_NOBODY);
	mkdir("/dev/pts", 0755);
	mount("devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC,
	      "newinstance,ptmxmode=0666,mode=0600");
	(void)!symlink("pts/ptmx", "/dev/ptmx");
	(void)!symlink("/proc/self/fd", "/dev/fd");
}

/* Makes ROOT writable. */
static int take_root(struct mounts *m, struct error *error)
{
	m->root = (struct mount_tree){.path = xstrdup(m->run->root),
				      .directory = true,
				      .fd = take_tree(m->run->work)};
	if (m->root.fd < 0 ||
	    set_attributes(m->root.fd, 0, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV,
			   MOUNT_ATTR_RDONLY) < 0)
		return error_system(error, errno, "%s: cannot be mounted", m->run->work);
	return 0;
}

static void take_all(struct mounts *m)
{
	for (size_t i = 0; i < ARRAY_SIZE(cover_rows); i++)
		add_cover(m, &cover_rows[i]);
	for (size_t i = 0; i < ARRAY_SIZE(devices); i++)
		keep(m, devices[i]);
	keep_places(m, "PATH");
	keep_places(m, "LD_LIBRARY_PATH");
	keep_program(m, m->run->emulator);
}

static int put_all(const struct mounts *m, struct error *error)
{
	for (size_t i = 0; i < m->covers.n; i++)
		if (cover(&m->covers.v[i], error) < 0)
			return -1;
	for (size_t i = 0; i < m->trees.n; i++)
		if (put(&m->trees.v[i], error) < 0)
			return -1;
	return put_root(&m->root, error);
}

static int make_mounts(struct mounts *m, gid_t *ret_group, struct error *error)
{
	_cleanup_fd_ int kvm_tree = -1;
	struct stat kvm = {};

	if (make_read_only(error) < 0)
		return -1;
	if (stat("/dev/kvm", &kvm) == 0)
		kvm_tree = take_tree("/dev/kvm");
	take_all(m);
	if (take_root(m, error) < 0 || put_all(m, error) < 0)
		return -1;
	if (is_covered(m, "/dev")) {
		add_kvm(&kvm, kvm_tree, ret_group);
		fill_dev();
	}
	if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
		return error_system(error, errno,
				    "cannot mount /proc of the new PID namespace");
	return chdir("/") < 0 ? error_system(error, errno, "/") : 0;
}

int run_make_mounts(const struct run *run, gid_t *ret_group, struct error *error)
{
	struct mounts m = {.run = run, .root = {.fd = -1}};
	int answer = make_mounts(&m, ret_group, error);

	close_fd(&m.root.fd);
	free(m.root.path);
	for (size_t i = 0; i < m.trees.n; i++) {
		close_fd(&m.trees.v[i].fd);
		free(m.trees.v[i].path);
	}
	for (size_t i = 0; i < m.covers.n; i++)
		free(m.covers.v[i].path);
	vec_free(&m.trees);
	vec_free(&m.covers);
	return answer;
}

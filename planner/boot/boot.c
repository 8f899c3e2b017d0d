/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/boot/boot.h"

#include "base/file.h"
#include "base/mem.h"
#include "planner/boot/nvram.h"
#include "planner/boot/run.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	SCRATCH_DISK_BYTES = 1 << 20,
	FIRMWARE_KEPT_BYTES = 8192,
	FIRMWARE_LIMIT_BYTES = 256 << 20,
};

static int write_root_file(const char *root, const char *name, const char *bytes,
			   size_t n, struct error *error)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", root, name);

	return run_root_write(path, bytes, n, error);
}

static int make_scratch_disk(const char *root, struct error *error)
{
	_cleanup_free_ char *path = xasprintf("%s/" BOOT_SCRATCH_DISK, root);
	_cleanup_fd_ int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0 || ftruncate(fd, SCRATCH_DISK_BYTES) < 0)
		return error_system(error, errno, "%s", path);
	return 0;
}

/* Opened before the run, which removes the file: its content stays readable. */
static int open_firmware_log(const char *root)
{
	_cleanup_free_ char *path = xasprintf("%s/" BOOT_FIRMWARE_LOG, root);

	return open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
}

static void read_firmware_log(int fd, struct text *ret)
{
	char bytes[FIRMWARE_KEPT_BYTES];
	off_t size = fd < 0 ? 0 : lseek(fd, 0, SEEK_END);
	ssize_t n = size <= 0 ? 0
			      : pread(fd, bytes, sizeof(bytes),
				      MAX(size - (off_t)sizeof(bytes), (off_t)0));

	text_free(ret);
	for (ssize_t i = 0; i < n; i++)
		if (bytes[i] != '\0' && bytes[i] != '\r')
			text_addc(ret, bytes[i]);
	text_add(ret, "", 0);
}

/* A regular file of the user; QEMU gets a copy, because it may open it for writing. */
static int read_firmware(const char *path, struct text *ret, struct error *error)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return error_system(error, errno, "%s", path);
	if (!S_ISREG(st.st_mode))
		return error_input(error, "%s: is not a regular file", path);
	return file_read(path, FIRMWARE_LIMIT_BYTES, ret, error);
}

static int copy_loader(const struct document *domain, const char *root,
		       struct error *error)
{
	_cleanup_free_ char *loader = prepare_loader(domain);
	_cleanup_text_ struct text bytes = {};

	if (!loader)
		return 0;
	if (read_firmware(loader, &bytes, error) < 0)
		return -1;
	return write_root_file(root, BOOT_LOADER, bytes.s, bytes.n, error);
}

/* Without Secure Boot's keys; for a firmware that libvirt would choose, see prepare.c. */
static int copy_template(const struct document *domain, const char *root,
			 struct substitutions *substitutions, struct error *error)
{
	_cleanup_free_ char *template = prepare_template(domain);
	_cleanup_text_ struct text bytes = {};

	if (!template)
		return 0;
	if (read_firmware(template, &bytes, error) < 0)
		return -1;
	if (nvram_drop_platform_key(bytes.s, bytes.n))
		*vec_add(&substitutions->list) = (struct substitution){
			.what = "Secure Boot",
			.subject = xstrdup("/domain/os/nvram"),
			.planned = xstrdup("enrolled keys"),
			.booted = xstrdup("no keys"),
			.why = BOOT_NO_KEYS,
		};
	return write_root_file(root, BOOT_TEMPLATE, bytes.s, bytes.n, error);
}

static int make_work(const struct boot_session *session, struct error *error)
{
	if (mkdir(session->work, 0700) < 0 && errno != EEXIST)
		return error_system(error, errno, "%s: cannot be created", session->work);
	return 0;
}

static int fill_root(const struct boot_session *session, const struct document *domain,
		     const struct text *initrd, struct boot_result *result,
		     struct error *error)
{
	const struct boot_request *request = session->request;
	const char *root = session->root, *work = session->work;
	bool paused = request->stop_after == STOP_AFTER_TABLES;
	_cleanup_free_ char *kernel =
		paused ? NULL : boot_take_kernel(session, domain, result->accel, error);
	bool agent = request->stop_after == STOP_AFTER_KERNEL;
	_cleanup_free_ char *initrd_path = agent ? xasprintf("%s/initrd", root) : NULL;
	_cleanup_text_ struct text xml = {};
	struct prepare_options options = {
		.accel = result->accel,
		.nested = request->assign == ASSIGN_NESTED,
		.root = root,
		.kernel = kernel,
		.initrd = initrd_path,
		.append = request->append,
		.plain = request->plain,
		.emulator = request->emulator,
		.trace_firmware = !paused && streq(domain_architecture(domain), "x86_64"),
		.paused = paused,
	};

	if (!kernel && !paused)
		return -1;
	if (prepare_domain(domain, &options, &xml, &result->substitutions, error) < 0)
		return -1;
	result->initrd_bytes = initrd->n;
	if ((agent && write_root_file(work, "initrd", initrd->s, initrd->n, error) < 0) ||
	    write_root_file(root, "domain.xml", xml.s, xml.n, error) < 0)
		return -1;
	if (copy_loader(domain, work, error) < 0 ||
	    copy_template(domain, work, &result->substitutions, error) < 0)
		return -1;
	return make_scratch_disk(work, error);
}

static int boot_in_root(struct boot_session *session, const struct document *domain,
			const struct text *initrd, struct boot_result *result,
			struct error *error)
{
	_cleanup_free_ char *root = NULL, *work = NULL;
	_cleanup_fd_ int lock = -1, firmware = -1;
	int answer;

	if (boot_root_make(&root, &lock, error) < 0)
		return -1;
	work = boot_is_confined(session->request) ? xasprintf("%s/" RUN_INSIDE, root)
						  : xstrdup(root);
	session->root = root;
	session->work = work;
	answer = make_work(session, error);
	if (answer == 0)
		boot_cache_begin(session->cache, session->request,
				 domain_architecture(domain), work);
	firmware = open_firmware_log(work);
	if (answer == 0)
		answer = fill_root(session, domain, initrd, result, error);
	result->times.prepared = run_clock_s() - session->began_s;
	if (answer == 0)
		answer = boot_session_run(session, result, error);
	read_firmware_log(firmware, &result->firmware);
	boot_cache_end(session->cache);
	run_root_remove(root);
	return answer;
}

/* As nohup leaves it. SIGINT differs: shells ignore it for background jobs. */
static bool is_ignored(int signal)
{
	struct sigaction action = {};

	return sigaction(signal, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

/*
 * Boots in a private root. Signals are blocked until the session handles them, so that
 * the root is removed; but not while the user's files are read, which may be pipes
 * without a writer.
 */
int boot_once(const struct boot_request *request, const struct document *domain,
	      double start_limit_s, struct boot_result *result, struct error *error)
{
	struct boot_cache cache = {.directory_fd = -1, .fd = -1};
	struct boot_session session = {.request = request,
				       .cache = &cache,
				       .start_limit_s = start_limit_s,
				       .began_s = run_clock_s()};
	_cleanup_text_ struct text initrd = {};
	int answer;

	if (request->stop_after == STOP_AFTER_KERNEL &&
	    boot_make_initrd(request, &initrd, error) < 0)
		return -1;
	if (request->stop_after == STOP_AFTER_TABLES)
		fw_cfg_begin(&result->tables,
			     streq(domain_architecture(domain), "aarch64") ? FW_CFG_MEMORY
									   : FW_CFG_PORTS,
			     "etc/acpi/tables");
	sigemptyset(&session.watched);
	sigaddset(&session.watched, SIGINT);
	sigaddset(&session.watched, SIGTERM);
	if (!is_ignored(SIGHUP))
		sigaddset(&session.watched, SIGHUP);
	sigaddset(&session.watched, SIGCHLD);
	sigprocmask(SIG_BLOCK, &session.watched, &session.mask);
	answer = boot_in_root(&session, domain, &initrd, result, error);
	sigprocmask(SIG_SETMASK, &session.mask, NULL);
	return answer;
}

void boot_result_free(struct boot_result *result)
{
	substitutions_free(&result->substitutions);
	serial_free(&result->serial);
	fw_cfg_free(&result->tables);
	text_free(&result->booted);
	text_free(&result->firmware);
	text_free(&result->messages);
	*result = (struct boot_result){};
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* run-worker.c - the process that talks to libvirt; see run.h. */
#include "planner/boot/run.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/streams.h"

#include <errno.h>
#include <fcntl.h>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

enum {
	TICK_MS = 50,        /* how long the event loop may sleep; see watch_events */
	ORPHAN_LIMIT_S = 60, /* for a libvirt call that does not return */
};

/* libvirt's last error on one line. The caller frees it. */
static char *libvirt_message(void)
{
	const char *message = virGetLastErrorMessage();
	_cleanup_free_ char *line = xstrdup(message ? message : "no reason given");
	struct text shown = {};

	for (char *c = line; *c; c++)
		if (*c == '\n' || *c == '\t')
			*c = ' ';
	text_add_shown(&shown, line);
	return text_take(&shown);
}

static void be_quiet(void *opaque, virErrorPtr error)
{
	(void)opaque;
	(void)error;
}

static void tick(int timer, void *opaque)
{
	(void)timer;
	(void)opaque;
}

_noreturn_ static void *watch_events(void *opaque)
{
	(void)opaque;
	for (;;)
		virEventRunDefaultImpl();
}

/* Ignores the user's own libvirt settings and logs. */
static void settle_environment(const char *root)
{
	static const char *const homes[] = {"HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME",
					    "XDG_DATA_HOME", "XDG_RUNTIME_DIR"};
	_cleanup_free_ char *home = xasprintf("%s/home", root);
	_cleanup_free_ char *log = xasprintf("3:file:%s/libvirt.log", root);

	for (size_t i = 0; i < ARRAY_SIZE(homes); i++)
		setenv(homes[i], home, 1);
	setenv("LIBVIRT_LOG_OUTPUTS", log, 1);
}

/* qemu:///embed?root=..., with escapes as in RFC 3986, 2.1. */
static char *embed_uri(const char *root)
{
	struct text uri = {};

	text_adds(&uri, "qemu:///embed?root=");
	for (const char *c = root; *c; c++) {
		bool plain = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
			     (*c >= '0' && *c <= '9') || strchr("/-._~", *c);

		if (plain)
			text_addc(&uri, *c);
		else
			text_printf(&uri, "%%%02X", (unsigned char)*c);
	}
	return text_take(&uri);
}

static virConnectPtr connect_embedded(const struct run *run, struct error *error)
{
	_cleanup_free_ char *uri = embed_uri(run->root);
	_cleanup_free_ char *message = NULL;
	virConnectPtr connection;
	pthread_t thread;

	settle_environment(run->root);
	virSetErrorFunc(NULL, be_quiet);
	/* The loop must never sleep forever: libvirt sets timers from other threads. */
	if (virEventRegisterDefaultImpl() < 0 ||
	    virEventAddTimeout(TICK_MS, tick, NULL, NULL) < 0 ||
	    pthread_create(&thread, NULL, watch_events, NULL) != 0) {
		error_system(error, 0, "cannot start libvirt's event loop");
		return NULL;
	}
	connection = virConnectOpen(uri);
	if (connection)
		return connection;
	message = libvirt_message();
	error_system(error, 0, "libvirt's embedded QEMU driver: %s", message);
	return NULL;
}

/*
 * Has libvirt find out about QEMU, which it would do anyway for the domain, and hands
 * over what it has written down. The domain was not read yet: nobody could have changed
 * it.
 */
static void hand_over_capabilities(virConnectPtr connection, const struct run *run)
{
	_cleanup_free_ char *path =
		run_capabilities_file(run->root, run->capabilities_of);
	_cleanup_error_ struct error ignored = {};
	_cleanup_text_ struct text text = {};

	free(virConnectGetDomainCapabilities(connection, run->capabilities_of, NULL, NULL,
					     "qemu", 0));
	if (file_read(path, RUN_CAPABILITIES_LIMIT, &text, &ignored) == 0 &&
	    file_write_fd(run->capabilities_fd, "capabilities", text.s, text.n,
			  &ignored) == 0)
		(void)fcntl(run->capabilities_fd, F_ADD_SEALS, RUN_CAPABILITIES_SEALS);
}

static void undefine(virDomainPtr domain)
{
	virDomainUndefineFlags(domain, VIR_DOMAIN_UNDEFINE_NVRAM);
	virDomainFree(domain);
}

static bool refused(const char *file)
{
	_cleanup_free_ char *message = libvirt_message();

	streams_say_as(NULL, "%s: %s", file, message);
	return false;
}

static bool check(virConnectPtr connection, const struct run *run, const char *file,
		  const char *xml)
{
	virDomainPtr domain =
		virDomainDefineXMLFlags(connection, xml, VIR_DOMAIN_DEFINE_VALIDATE);

	_cleanup_free_ char *message = NULL;
	_cleanup_text_ struct text name = {};

	(void)run;
	text_add_shown(&name, file);
	if (domain) {
		printf("%s: accepted\n", name.s);
		undefine(domain);
		return true;
	}
	message = libvirt_message();
	printf("%s: refused: %s\n", name.s, message);
	return false;
}

static bool dump(virConnectPtr connection, const struct run *run, const char *file,
		 const char *xml)
{
	virDomainPtr domain = virDomainDefineXML(connection, xml);
	_cleanup_free_ char *back = NULL;

	(void)run;
	if (!domain)
		return refused(file);
	back = virDomainGetXMLDesc(domain,
				   VIR_DOMAIN_XML_INACTIVE | VIR_DOMAIN_XML_SECURE);
	if (back)
		fputs(back, stdout);
	else
		refused(file);
	undefine(domain);
	return back != NULL;
}

static bool argv(virConnectPtr connection, const struct run *run, const char *file,
		 const char *xml)
{
	_cleanup_free_ char *line =
		virConnectDomainXMLToNative(connection, "qemu-argv", xml, 0);

	(void)run;
	if (!line)
		return refused(file);
	printf("%s\n", line);
	return true;
}

static atomic_bool ended, failed, orphaned;

static void on_orphaned(int number)
{
	(void)number;
	atomic_store(&orphaned, true);
	alarm(ORPHAN_LIMIT_S);
}

static int on_lifecycle(virConnectPtr connection, virDomainPtr domain, int event,
			int detail, void *opaque)
{
	(void)connection;
	(void)domain;
	(void)opaque;
	if (event != VIR_DOMAIN_EVENT_STOPPED)
		return 0;
	/*
	 * The monitor was closed without a shutdown of the guest
	 * (qemuProcessHandleMonitorEOF).
	 */
	if (detail == VIR_DOMAIN_EVENT_STOPPED_FAILED)
		atomic_store(&failed, true);
	atomic_store(&ended, true);
	return 0;
}

static void leave_live_xml(const struct run *run, virDomainPtr domain)
{
	_cleanup_free_ char *path = xasprintf("%s/" RUN_LIVE_XML, run->root);
	_cleanup_free_ char *xml = virDomainGetXMLDesc(domain, VIR_DOMAIN_XML_INACTIVE);
	_cleanup_error_ struct error ignored = {};

	if (xml) /* without it the reader uses the domain as it was given */
		error_ignore(run_root_write(path, xml, strlen(xml), &ignored));
}

static bool run_domain(virConnectPtr connection, const struct run *run, const char *file,
		       const char *xml)
{
	virDomainPtr domain;
	double started_s;
	unsigned flags = run->paused ? VIR_DOMAIN_START_PAUSED : 0;

	virConnectDomainEventRegisterAny(connection, NULL, VIR_DOMAIN_EVENT_ID_LIFECYCLE,
					 VIR_DOMAIN_EVENT_CALLBACK(on_lifecycle), NULL,
					 NULL);
	domain = virDomainCreateXML(connection, xml, flags);
	if (!domain)
		return refused(file);
	started_s = run_clock_s();
	leave_live_xml(run, domain);
	run_mark(run->root, RUN_MARK_RUNNING,
		 started_s); /* a reader that sees it reads the XML */
	while (!atomic_load(&ended) && !atomic_load(&orphaned))
		usleep(10 * 1000);
	if (atomic_load(&orphaned))
		virDomainDestroy(domain);
	if (atomic_load(&failed))
		fprintf(stderr,
			"QEMU was killed or crashed: it ended before the guest did\n");
	virDomainFree(domain);
	return true;
}

static const struct {
	const char *mode;
	bool (*act)(virConnectPtr connection, const struct run *run, const char *file,
		    const char *xml);
} modes[] = {
	{"check", check},
	{"dump", dump},
	{"argv", argv},
	{"run", run_domain},
};

static int each_file(const struct run *run, virConnectPtr connection, size_t mode,
		     struct error *error)
{
	int status = RUN_OK;

	for (int i = 0; i < run->n_files && !atomic_load(&orphaned); i++) {
		_cleanup_text_ struct text xml = {};

		if (file_read(run->files[i], FILE_LIMIT, &xml, error) < 0)
			return -1;
		if (memchr(xml.s, '\0', xml.n))
			return error_input(error, "%s: contains a NUL byte",
					   run->files[i]);
		if (!modes[mode].act(connection, run, run->files[i], xml.s))
			status = RUN_REFUSED;
		if (atomic_load(&failed))
			status = RUN_CRASHED;
		fflush(stdout); /* the driver may crash over the next one */
	}
	return status;
}

int run_worker(const struct run *run, pid_t supervisor, struct error *error)
{
	struct sigaction action = {.sa_handler = on_orphaned};
	virConnectPtr connection;
	size_t mode = 0;
	int status;

	/*
	 * An orphan ends at its next step and not at once, because a half-started QEMU
	 * would remain.
	 */
	sigaction(SIGTERM, &action, NULL);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != supervisor)
		return RUN_SYSTEM;
	while (mode < ARRAY_SIZE(modes) && !streq(modes[mode].mode, run->mode))
		mode++;
	if (mode == ARRAY_SIZE(modes))
		return error_input(error, "unknown mode \"%s\"; --help lists the modes",
				   run->mode);
	connection = connect_embedded(run, error);
	if (connection && run->capabilities_fd >= 0 && run->capabilities_of)
		hand_over_capabilities(connection, run);
	if (run->capabilities_fd >= 0)
		close(run->capabilities_fd);
	status = connection ? each_file(run, connection, mode, error) : -1;
	/*
	 * The connection stays open: everything that needs cleaning up ends with this
	 * process.
	 */
	return status;
}

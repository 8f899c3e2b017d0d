/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * run.h - virt-layout-run, the only program here that is linked with libvirt, and its
 * usage.
 *
 *     virt-layout-run [--time-limit S] [--remove] [--as-root] [--emulator PATH]
 *                     [--paused] run ROOT DOMAIN.xml
 *     virt-layout-run [--remove] check|dump|argv ROOT DOMAIN.xml...
 *     virt-layout-run [--inactive] [--all] xml URI [NAME...]
 *
 * Theory of operation. libvirt's embedded QEMU driver (qemu:///embed, drvqemu.rst) runs
 * inside a process and keeps everything below ROOT, so it touches no daemon and no domain
 * of the system. Two processes share the work:
 *
 *     supervisor   is a subreaper, so that QEMU, which daemonizes, becomes its child
 *                  and is reaped at once (libvirt waits as long as a zombie exists, and
 *                  process 1 may be slow). It enforces the time limit, transfers the
 *                  serial line, and at the end kills whatever is left below it, because
 *                  nothing in ROOT needs to be saved, and removes ROOT.
 *     worker       only talks to libvirt, and may crash without the supervisor. If the
 *                  supervisor dies, the worker destroys the domain and removes ROOT.
 *
 * When started by root, `run` isolates both libvirt and QEMU from the host, without
 * privilege (run-confine.h): the worker is then the child of another process, the init of
 * a PID namespace, and the domain's ROOT is ROOT/inside.
 *
 * The supervisor may be killed while its parent lives on. So boot-session.c is a
 * subreaper too: it then becomes the parent of worker and QEMU, and ends them at once.
 *
 * The serial line of a domain that is run: QEMU connects to the Unix socket ROOT/serial;
 * what the guest writes goes to standard output, and standard input goes to the guest.
 * The end of standard input ends the domain at once: the parent holds the other end of
 * the pipe, and closes it after it has read enough, or by dying.
 *
 * With --paused the guest's CPUs never run. The connection to ROOT/serial may then carry
 * a protocol of QEMU, depending on the domain.
 *
 * xml has nothing to do with the embedded driver: it reads domains over a read-only
 * connection to URI, as any other client of libvirt, with the user's own settings.
 *
 * If ROOT does not exist, it is created, and removed at the end. An existing one is kept,
 * with libvirt's cache of QEMU's capabilities (the next run is 0.4 s faster), unless
 * --remove is given.
 */
#pragma once

#include "base/error.h"
#include "base/text.h"

#include <sys/types.h>

/* The directory that is ROOT inside a confined run. */
#define RUN_INSIDE "inside"
/* The socket in ROOT that the domain's first serial port connects to. */
#define RUN_SERIAL "serial"
/* The file for the domain as libvirt completed it, which exists during the run. */
#define RUN_LIVE_XML "live.xml"
/* The file for the times of the steps, which exists during the run. */
#define RUN_MARKS        "marks"
#define RUN_MARK_QEMU    "qemu"    /* libvirt started the process */
#define RUN_MARK_RUNNING "running" /* libvirt let the guest's CPUs run, or --paused */

enum run_status {
	RUN_OK = 0,      /* accepted; the domain ended by itself or on request */
	RUN_REFUSED = 1, /* libvirt or QEMU refused a domain; the reason is on stderr */
	RUN_INPUT = 2,   /* bad usage, a file that cannot be read */
	RUN_SYSTEM = 3,  /* no root directory, no embedded driver, the worker crashed */
	RUN_TIMEOUT = 4, /* the time limit ended the domain */
	RUN_CRASHED = 5, /* QEMU was killed or crashed */
	RUN_UNCONFINED = 6, /* root's run cannot be isolated; the reason is on stderr */
	RUN_HUNG = 7,       /* libvirt and QEMU did not start the domain in time */
};

struct run {
	const char *mode;
	char *root; /* absolute, as libvirt sees it */
	char *work; /* the same directory for the supervisor; differs if confined */
	char **files;
	int n_files;
	double time_limit_s;
	bool remove;                 /* the root at the end */
	char *file;                  /* instead of what files named, or NULL */
	bool confined;               /* by run-confine.h */
	bool paused;                 /* the guest's CPUs never run */
	int capabilities_fd;         /* takes those of QEMU, sealed; or -1 */
	const char *capabilities_of; /* the QEMU */
	const char *emulator;        /* named by the domain, for run-mounts.c; or NULL */
};

/*
 * run-worker.c: does the mode's work through libvirt; returns the worker's exit status.
 * @supervisor is the id of the process that started it.
 */
int run_worker(const struct run *run, pid_t supervisor, struct error *error) _must_check_;

/*
 * run-children.c: kills this process's children, or those with the path @root on their
 * command line, without waiting; returns how many have not ended. While this process is a
 * subreaper (prctl(2)), the children of an ended child become its own, so 0 means that no
 * process below it is left.
 */
size_t run_kill_children(const char *root);

/* run-root.c */
/* Creates the root and what libvirt needs in it; if confined, for the run's user. */
int run_root_make(struct run *run, struct error *error) _must_check_;
/*
 * Gives everything in a confined run's directory to its user, and copies the domain
 * there.
 */
int run_root_hand_over(struct run *run, struct error *error) _must_check_;
/*
 * Reads a file that the run wrote, of at most @limit bytes; @text stays empty if there is
 * none. Ignores a link, a pipe or a device, which a compromised QEMU could have put
 * there.
 */
void run_root_read(const char *work, const char *name, size_t limit, struct text *text);

/* At most so long, and closed so by the worker (memfd_create(2)). */
#define RUN_CAPABILITIES_LIMIT (8u << 20)
#define RUN_CAPABILITIES_SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)
/*
 * Where libvirt keeps what it found out about the program @emulator in the root (or work
 * directory) @root: virFileCacheGetFileName, virfilecache.c. The caller frees it.
 */
char *run_capabilities_file(const char *root, const char *emulator);

/* A new file below a root; nothing there is to outlast a power failure. */
int run_root_write(const char *path, const char *bytes, size_t n, struct error *error)
	_must_check_;
/* Listens on ROOT/serial; a descriptor or -1. */
int run_root_listen(const struct run *run, struct error *error) _must_check_;
/* Removes a directory with its content, staying on its file system. */
void run_root_remove(const char *root);

/* run-read.c */
struct run_read {
	const char *uri; /* empty: libvirt's default */
	char **names;    /* of domains; or their UUIDs or ids */
	int n_names;
	bool all;      /* all domains of the URI, in libvirt's order */
	bool inactive; /* what a running domain will be at its next start */
};
/*
 * Prints for each domain its name, a NUL, its XML, a NUL. Errors: no connection (3), no
 * such domain (2).
 */
int run_read(const struct run_read *wish, struct error *error) _must_check_;

/* run-marks.c: seconds on the monotonic clock; 0: not known */
double run_clock_s(void);
void run_mark(const char *root, const char *what, double at_s);
double run_mark_read(const char *root, const char *what);
double run_process_start_s(pid_t pid);

/*
 * run-supervise.c: starts the worker and returns its status after all processes below
 * have ended.
 */
int run_supervise(struct run *run, struct error *error) _must_check_;

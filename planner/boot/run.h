/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * run.h - virt-layout-run, the only program here that links libvirt, and what it is told.
 *
 *     virt-layout-run [--time-limit S] [--remove] [--as-root] [--emulator PATH]
 *                     [--paused] run ROOT DOMAIN.xml
 *     virt-layout-run [--remove] check|dump|argv ROOT DOMAIN.xml...
 *
 * Theory of operation. libvirt's embedded QEMU driver (qemu:///embed, drvqemu.rst) runs
 * inside a process and keeps everything below ROOT, so no daemon and no domain of the
 * system is touched. Two processes share the work:
 *
 *     supervisor   is subreaper, so that QEMU, which daemonizes, becomes its child and is
 *                  reaped at once (libvirt waits as long as a zombie stands, and process
 * 1 may be slow); keeps the time limit; carries the serial line; at the end kills
 * whatever is left below it, without asking anybody, because nothing in ROOT is worth
 * saving; removes ROOT. worker       talks to libvirt and to nothing else. It may crash
 * alone. If the supervisor dies it destroys the domain and removes ROOT itself.
 *
 * Started by root, `run` keeps both libvirt and QEMU apart from the host and without
 * privilege (run-confine.h): the worker is then the child of another process, the init of
 * a PID namespace, and what the domain calls ROOT is ROOT/inside.
 *
 * Whoever starts the supervisor may outlive it, killed as it may be: boot-session.c is a
 * subreaper too, so that worker and QEMU come to it then and end at once.
 *
 * The serial line of a domain that is run: QEMU connects to the Unix socket ROOT/serial;
 * what the guest writes goes to standard output, and standard input goes to the guest.
 * The end of standard input ends the domain at once: whoever started the program holds a
 * pipe, and lets go of it when it has read enough or dies.
 *
 * With --paused the guest's CPUs never run. What connects to ROOT/serial may be QEMU's
 * own protocol then, as the domain says.
 *
 * ROOT is made if it is not there, and then removed at the end; one that was there stays,
 * with libvirt's cache of QEMU's capabilities (the next run is 0.4 s faster), unless
 * --remove says otherwise.
 */
#pragma once

#include "base/error.h"
#include "base/text.h"

#include <sys/types.h>

/* What is ROOT to a run that is confined. */
#define RUN_INSIDE "inside"
/* The file in ROOT that the domain's first serial port connects to. */
#define RUN_SERIAL "serial"
/* Where a run leaves the domain as libvirt completed it, for as long as it lasts. */
#define RUN_LIVE_XML "live.xml"
/* Where it leaves when it reached what, for as long as it lasts. */
#define RUN_MARKS        "marks"
#define RUN_MARK_QEMU    "qemu"    /* libvirt started the process */
#define RUN_MARK_RUNNING "running" /* libvirt let the guest's CPUs run, or --paused */

enum run_status {
	RUN_OK = 0,      /* accepted; the domain ended, by itself or on request */
	RUN_REFUSED = 1, /* libvirt or QEMU refused a domain; the reason is on stderr */
	RUN_INPUT = 2,   /* bad usage, a file that cannot be read */
	RUN_SYSTEM = 3,  /* no root directory, no embedded driver, the worker crashed */
	RUN_TIMEOUT = 4, /* the time limit ended the domain */
	RUN_CRASHED = 5, /* QEMU was killed or crashed */
	RUN_UNCONFINED = 6, /* root's run cannot be kept apart; the reason is on stderr */
	RUN_HUNG = 7,       /* libvirt and QEMU did not start the domain in time */
};

struct run {
	const char *mode;
	char *root; /* absolute, as libvirt is to know it */
	char *work; /* where its files are for the supervisor; the same unless confined */
	char **files;
	int n_files;
	double time_limit_s;
	bool remove;          /* the root at the end */
	char *file;           /* instead of what files named, or NULL */
	bool confined;        /* by run-confine.h */
	bool paused;          /* the guest's CPUs never run */
	const char *emulator; /* that the domain names, for run-mounts.c; or NULL */
};

/*
 * run-worker.c: does the mode's work through libvirt; the worker's exit status.
 * @supervisor is the process that started it, by the id it had then.
 */
int run_worker(const struct run *run, pid_t supervisor, struct error *error) _must_check_;

/*
 * run-children.c: kills this process's children, or those of them that have the path
 * @root on their command line, and waits for none; how many of them have not ended. As
 * long as this process is a subreaper (prctl(2)), who is left below a child that ends
 * becomes a child, so the answer is 0 only when nobody is left below either.
 */
size_t run_kill_children(const char *root);

/* run-root.c */
/* Makes the root and what libvirt wants in it; where it is confined, the user's own. */
int run_root_make(struct run *run, struct error *error) _must_check_;
/* Gives all that is in a confined run's directory to its user, and the domain into it. */
int run_root_hand_over(struct run *run, struct error *error) _must_check_;
/*
 * A file that the run wrote, of at most @limit bytes; @text stays empty if there is none.
 * A link, a pipe or a device in its place, which a QEMU that was taken over could have
 * made, is none.
 */
void run_root_read(const char *work, const char *name, size_t limit, struct text *text);
/* Listens on ROOT/serial; a descriptor or -1. */
int run_root_listen(const struct run *run, struct error *error) _must_check_;
/* Removes a directory with all that is in it, staying on its file system. */
void run_root_remove(const char *root);

/* run-marks.c: seconds on the monotonic clock; 0: not known */
double run_clock_s(void);
void run_mark(const char *root, const char *what, double at_s);
double run_mark_read(const char *root, const char *what);
double run_process_start_s(pid_t pid);

/* run-supervise.c: starts the worker, stays until all below has ended; the status. */
int run_supervise(struct run *run, struct error *error) _must_check_;

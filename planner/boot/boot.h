/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * boot.h - a dry boot of a domain: what its own kernel says it is.
 *
 * Theory of operation. A private directory gets an initrd (our agent and what the user
 * adds), an empty disk and the prepared domain; virt-layout-run (run.h) starts it and
 * carries the serial line; serial.h finds the agent's record in it. As soon as the record
 * is whole the pipe to virt-layout-run closes, which ends the domain at once. Whoever
 * dies first, the others tidy up: the run when the pipe closes, the guest by its own time
 * limit, the next boot by removing private directories that nobody holds locked.
 */
#pragma once

#include "base/progress.h"
#include "planner/boot/assignable.h"
#include "planner/boot/fw-cfg.h"
#include "planner/boot/initrd.h"
#include "planner/boot/prepare.h"
#include "planner/boot/serial.h"

#include <signal.h>

enum assign_mode {
	ASSIGN_NO,
	ASSIGN_BIND, /* so that groups form: arm64 makes one when a driver binds */
	ASSIGN_VFIO,
	ASSIGN_NESTED,
};

/* How far a boot goes. */
enum boot_stop {
	STOP_AFTER_KERNEL,   /* the agent in the guest has reported */
	STOP_AFTER_TABLES,   /* QEMU has made the ACPI tables; the guest never runs */
	STOP_AFTER_FIRMWARE, /* it has started the payload, which has reported */
};

/* All strings are borrowed. */
struct boot_request {
	enum boot_stop stop_after;
	/*
	 * A path; not read for STOP_AFTER_TABLES. For STOP_AFTER_FIRMWARE the payload's
	 * (payload/parts.h), which needs no initrd.
	 */
	const char *kernel;
	const char *modules;       /* a directory, NULL: beside the kernel */
	const char *modules_shown; /* what messages call it if it was unpacked, or NULL */
	const char *agent, *run;   /* our executables */
	enum boot_accel accel;
	double time_limit_s;
	const char *emulator; /* QEMU to run, absolute; NULL: libvirt's choice */
	const char *append;
	bool shell;
	bool as_root; /* started by root, QEMU runs as root in the host's namespaces */
	vec_strings copies; /* FILE or FILE:PATH */
	vec_strings kmods;
	enum assign_mode assign;
	struct assignable_list assign_to;
	enum initrd_compression compression;
	struct progress *progress; /* NULL: no progress is reported */
	/* For ACCEL_AUTO; not set: ask /dev/kvm, and some seconds. */
	bool (*kvm_answers)(const char *arch);
	double kvm_limit_s; /* for the agent's first word under KVM */
};

/* When things were reached, in seconds from the start of the boot; 0: never. */
struct boot_times {
	double start;       /* 0 */
	double prepared;    /* initrd and domain written */
	double qemu;        /* its process started (the kernel's time of that, 10 ms) */
	double running;     /* libvirt said that the guest runs */
	double first_byte;  /* on the serial line, anybody's */
	double kernel;      /* its clock's start, by the agent's word on it */
	double handed_over; /* firmware's end: the kernel's start, or the payload's */
	double started;     /* the agent's first word came */
	double recorded;    /* its record was whole */
	double tables;      /* the tables came and libvirt was done with the start */
	double done;        /* it had no more to say */
	double ended;       /* nothing of the run was left */
};

/* What came of KVM where the accelerator was not named. */
enum kvm_state {
	KVM_NOT_ASKED,
	KVM_ABSENT,
	KVM_UNFIT,
	KVM_SILENT,
	KVM_REFUSED,
	KVM_USED
};

/* Zeroed before; owned by the caller afterwards, also after a fault. */
struct boot_result {
	enum boot_accel accel; /* that was used in the end */
	struct substitutions substitutions;
	struct serial serial;
	struct fw_cfg tables; /* STOP_AFTER_TABLES: etc/acpi/tables */
	struct text booted;   /* the domain as libvirt ran it, all addresses given */
	struct text firmware; /* the end of what firmware wrote to its debug port */
	struct text messages; /* of virt-layout-run and libvirt */
	int run_status;       /* enum run_status */
	unsigned crashes;     /* of QEMU, after which it was booted again */
	bool interrupted;
	enum kvm_state kvm;
	double kvm_tried_s; /* spent on a try under KVM that came to nothing */
	struct boot_times times;
	size_t initrd_bytes;
};

/* The initrd for a request. @domain_arch says for which architecture. */
int boot_make_initrd(const struct boot_request *request, struct text *ret,
		     struct error *error) _must_check_;
/*
 * Boots @domain. Faults: the surroundings or the input are wrong; a guest that started
 * and sent no record is no fault here, but result.serial.fault is set.
 */
int boot_domain(const struct boot_request *request, const struct document *domain,
		struct boot_result *result, struct error *error) _must_check_;
void boot_result_free(struct boot_result *result);
/* One try under result->accel; @start_limit_s for the agent's first word, 0: none. */
int boot_once(const struct boot_request *request, const struct document *domain,
	      double start_limit_s, struct boot_result *result, struct error *error)
	_must_check_;
/* "accelerator: TCG: /dev/kvm does not work"; the same as members of an open object. */
void text_add_accelerator(struct text *text, const struct boot_result *result);
void jsonw_accelerator(struct jsonw *json, const struct boot_result *result);

/*
 * boot-times.c: @uptime_s is the kernel's when the agent started, 0 unknown. @payload: it
 * was no agent that started, but what firmware runs.
 */
void boot_times_settle(struct boot_times *times, double uptime_s, bool payload);
/* "5.12 s: 0.02 preparing, ..."; the members "times" and "initrd_bytes". */
void text_add_boot_times(struct text *text, const struct boot_result *result);
void jsonw_boot_times(struct jsonw *json, const struct boot_result *result);
#define _cleanup_boot_result_ _cleanup_(boot_result_free)

/*
 * boot-root.c: private directories. Makes one below TMPDIR, or below /tmp where
 * TMPDIR's path is too long for the sockets in it, locked as long as *ret_lock or a copy
 * of it is open; removes those of ours that nobody holds.
 */
int boot_root_make(char **ret_path, int *ret_lock, struct error *error) _must_check_;

/* boot-session.c: one run of a prepared domain, from its start to its end. */
struct boot_session {
	const struct boot_request *request;
	const char *root; /* the private directory, as the domain names it */
	const char *work; /* where the domain's files are: below it if it is confined */
	double start_limit_s; /* for the agent's first word; 0: only the time limit */
	double began_s;       /* on the monotonic clock */
	sigset_t watched; /* what ends a boot, and SIGCHLD: blocked, read one by one */
	sigset_t mask;    /* what was blocked before, for the child */
};
/* boot-inputs.c: whether virt-layout-run gives up root's privilege (run-confine.h). */
bool boot_is_confined(const struct boot_request *request);
/* The kernel's path as the domain is to name it; the caller's, NULL upon a fault. */
char *boot_take_kernel(const struct boot_session *session, struct error *error)
	_must_check_;
int boot_session_run(const struct boot_session *session, struct boot_result *result,
		     struct error *error) _must_check_;

/*
 * last-words.c: what a guest that sent no record said last, and our reading of it, line
 * by line, for an error message.
 */
void text_add_last_words(struct text *text, enum boot_stop stop,
			 const struct boot_result *result);

/* kernel-image.c: the release that a kernel image says it is, the caller's, or NULL. */
char *kernel_release(const char *path);
/*
 * Whether QEMU can take a file as the kernel of a guest. Faults: it does not begin as a
 * kernel does, or is one for another architecture. What is not a regular file is not
 * looked at.
 */
int kernel_check(const char *path, const char *arch, struct error *error) _must_check_;

/*
 * kernel-package.c: a kernel that is still in its distribution's package, unpacked into a
 * private directory. Zeroed it is empty.
 */
struct boot_package {
	char *directory;  /* NULL: nothing is unpacked */
	int lock;         /* held as long as it exists */
	char *kernel;     /* the image in it; NULL: none */
	char *modules;    /* what holds a folder for each release; NULL: none */
	char *shown;      /* what messages call the modules */
	uint64_t n_bytes; /* unpacked */
};
/*
 * Where request->kernel or ->modules is a .deb or an .rpm, unpacks what is needed of it
 * and has the request name that. ->modules is always unpacked, so that a package that
 * is no use is refused, whether or not modules are needed. Call it when ->kmods and
 * ->assign are settled, and keep
 * @package as long as the request. Faults: a damaged package, one without a kernel, with
 * several, or without the modules that are needed; no space.
 */
int boot_unpack_kernel(struct boot_request *request, struct boot_package *package,
		       struct error *error) _must_check_;
bool boot_kernel_is_packed(const struct boot_request *request);
void boot_package_free(struct boot_package *package);

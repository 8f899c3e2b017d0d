/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * boot.h - a dry boot of a domain: what its own kernel reports.
 *
 * Theory of operation. A private directory gets an initrd (our agent and what the user
 * adds), an empty disk and the prepared domain; virt-layout-run (run.h) starts it and
 * carries the serial line; serial.h finds the agent's record in it. As soon as the record
 * is complete, the pipe to virt-layout-run is closed, which ends the domain at once. If
 * one of them dies, the others clean up: the run when the pipe closes, the guest at its
 * own time limit, and the next boot by removing private directories that are not locked.
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
	ASSIGN_BIND, /* so that groups exist: arm64 creates one when a driver binds */
	ASSIGN_VFIO,
	ASSIGN_NESTED,
};

/* The result of trying KVM if no accelerator was given. */
enum kvm_state {
	KVM_NOT_ASKED,
	/* Not tried: there is no device file, we may not open it, nobody answers; */
	KVM_ABSENT,
	KVM_DENIED,
	KVM_BROKEN,
	KVM_FOREIGN, /* another architecture; */
	KVM_UNFIT,   /* the guest needs TCG. */
	KVM_SILENT,
	KVM_REFUSED,
	KVM_USED
};

/* How far a boot goes. */
enum boot_stop {
	STOP_AFTER_KERNEL,   /* the agent in the guest has reported */
	STOP_AFTER_TABLES,   /* QEMU has made the ACPI tables; the guest never runs */
	STOP_AFTER_FIRMWARE, /* the firmware has started the payload, which has reported
			      */
};

/* All strings are borrowed. */
struct boot_request {
	enum boot_stop stop_after;
	/*
	 * A path; not read for STOP_AFTER_TABLES. For STOP_AFTER_FIRMWARE the payload's
	 * (payload/parts.h), which needs no initrd.
	 */
	const char *kernel;
	const char *modules;       /* a directory; NULL: next to the kernel */
	const char *modules_shown; /* its name in messages if it was unpacked, or NULL */
	const char *agent, *run;   /* our executables */
	const char *prelude;       /* a path (payload/prelude.S); NULL: without it */
	enum boot_accel accel;
	double time_limit_s;
	const char *emulator; /* QEMU to run, absolute; NULL: libvirt's choice */
	const char *cache;    /* a directory, absolute; NULL: nothing is kept */
	const char *append;
	bool plain; /* without what makes a boot faster (prepare.h) */
	bool shell;
	bool as_root; /* if root starts it, QEMU runs as root in the host's namespaces */
	vec_strings copies; /* FILE or FILE:PATH */
	vec_strings kmods;
	enum assign_mode assign;
	struct assignable_list assign_to;
	enum initrd_compression compression;
	struct progress *progress; /* NULL: no progress is reported */
	/* For ACCEL_AUTO: KVM_USED, or why it is not tried. NULL: asks /dev/kvm. */
	enum kvm_state (*kvm_probe)(const char *arch);
	double kvm_limit_s; /* for the agent's first message under KVM */
};

/* When each step was reached, in seconds from the start of the boot; 0: never. */
struct boot_times {
	double start;       /* 0 */
	double unpacked_s;  /* how long unpacking a package took, before the start */
	double prepared;    /* initrd and domain written */
	double qemu;        /* its process started (the kernel's time of that, 10 ms) */
	double running;     /* libvirt reported that the guest runs */
	double first_byte;  /* first byte on the serial line */
	double kernel;      /* start of the kernel's clock, from the agent's report */
	double handed_over; /* firmware's end: the kernel's start, or the payload's */
	double started;     /* the agent's first message came */
	double recorded;    /* its record was complete */
	double tables;      /* the tables came and libvirt was done with the start */
	double done;        /* its output ended */
	double ended;       /* no process of the run was left */
};

/* Zeroed before; owned by the caller afterwards, even after an error. */
struct boot_result {
	enum boot_accel accel; /* that was finally used */
	struct substitutions substitutions;
	struct serial serial;
	struct fw_cfg tables; /* STOP_AFTER_TABLES: etc/acpi/tables */
	struct text booted;   /* the domain as libvirt ran it, with all addresses */
	struct text firmware; /* the end of the firmware's debug output */
	struct text messages; /* of virt-layout-run and libvirt */
	int run_status;       /* enum run_status */
	unsigned crashes;     /* of QEMU, after which it was booted again */
	bool again_plain;     /* it was, since CPUs could not be started afterwards */
	bool interrupted;
	enum kvm_state kvm;
	double kvm_tried_s; /* spent on a failed attempt with KVM */
	struct boot_times times;
	size_t initrd_bytes;
};

/* The initrd for a request and an architecture. */
int boot_make_initrd(const struct boot_request *request, struct text *ret,
		     struct error *error) _must_check_;
/*
 * Boots @domain. Errors: the environment or the input is wrong. A guest that started but
 * sent no record is not an error; result.serial.fault is set instead.
 */
int boot_domain(const struct boot_request *request, const struct document *domain,
		struct boot_result *result, struct error *error) _must_check_;
void boot_result_free(struct boot_result *result);
/*
 * One attempt with result->accel; @start_limit_s for the agent's first message, 0: none.
 */
int boot_once(const struct boot_request *request, const struct document *domain,
	      double start_limit_s, struct boot_result *result, struct error *error)
	_must_check_;
/* "accelerator: TCG: /dev/kvm does not work"; the same as members of an open object. */
void text_add_accelerator(struct text *text, const struct boot_result *result);
void jsonw_accelerator(struct jsonw *json, const struct boot_result *result);

/*
 * boot-times.c: @uptime_s is the kernel's when the agent started, 0 if unknown. @payload:
 * the firmware ran the payload, not the agent.
 */
void boot_times_settle(struct boot_times *times, double uptime_s, bool payload);
/* "5.12 s: 0.02 preparing, ..."; the members "times" and "initrd_bytes". */
void text_add_boot_times(struct text *text, const struct boot_result *result);
void jsonw_boot_times(struct jsonw *json, const struct boot_result *result);
#define _cleanup_boot_result_ _cleanup_(boot_result_free)

/*
 * boot-root.c: private directories. Makes one below TMPDIR, or below /tmp if TMPDIR's
 * path is too long for the sockets in it. It is locked while *ret_lock or a copy of it is
 * open. Removes our old directories that are not locked.
 */
int boot_root_make(char **ret_path, int *ret_lock, struct error *error) _must_check_;

/* boot-cache.c. All zeroed, or after boot_cache_end(): none. */
struct boot_cache {
	int directory_fd;  /* -1: no cache is kept */
	int fd;            /* takes what is to be kept, from virt-layout-run; or -1 */
	char *emulator;    /* of which */
	char *name;        /* of the entry */
	struct text given; /* what the entry held */
};
/*
 * Puts what is known about the QEMU for @arch into @work, where libvirt looks for it, and
 * opens what takes that which libvirt knows. Without a cache that can be trusted it does
 * nothing.
 */
void boot_cache_begin(struct boot_cache *cache, const struct boot_request *request,
		      const char *arch, const char *work);
/* Keeps it. */
void boot_cache_end(struct boot_cache *cache);

/* boot-session.c: one run of a prepared domain, from its start to its end. */
struct boot_session {
	const struct boot_request *request;
	const char *root; /* the private directory, as the domain names it */
	const char *work; /* where the domain's files are: below it if it is confined */
	struct boot_cache *cache;
	double start_limit_s; /* for the agent's first message; 0: only the time limit */
	double began_s;       /* on the monotonic clock */
	sigset_t watched; /* signals that end a boot, and SIGCHLD: blocked, read one by
			     one */
	sigset_t mask;    /* what was blocked before, for the child */
};
/* boot-inputs.c: whether virt-layout-run gives up root's privilege (run-confine.h). */
bool boot_is_confined(const struct boot_request *request);
/*
 * The kernel's path for @domain, which is booted under @accel, or NULL on failure. The
 * caller frees it. An x86 kernel that is compressed is unpacked into the private
 * directory if QEMU can start what is in it.
 */
char *boot_take_kernel(const struct boot_session *session, const struct document *domain,
		       enum boot_accel accel, struct error *error) _must_check_;
int boot_session_run(const struct boot_session *session, struct boot_result *result,
		     struct error *error) _must_check_;

/*
 * last-words.c: the last output of a guest that sent no record, and our interpretation of
 * it, line by line, for an error message.
 */
void text_add_last_words(struct text *text, enum boot_stop stop,
			 const struct boot_result *result);

/*
 * kernel-image.c: the release that a kernel image contains, or NULL. The caller frees it.
 */
char *kernel_release(const char *path);
/*
 * Whether QEMU can use a file as the kernel of a guest. Errors: it does not begin like a
 * kernel, or is for another architecture. Files that are not regular are not checked.
 */
int kernel_check(const char *path, const char *arch, struct error *error) _must_check_;

/*
 * agent-check.c: whether a file can be the init of a guest. Errors: it cannot be read, is
 * not a static program, or is for another architecture than @arch (NULL: any of ours).
 */
int agent_check(const char *path, const char *arch, struct error *error) _must_check_;

/*
 * kernel-elf.c: the physical address at which QEMU starts an ELF image for x86-64 guests,
 * as a number in its notes. False if there is none, and QEMU cannot start it.
 */
enum {
	KERNEL_NOTE_ENTRY =
		18, /* XEN_ELFNOTE_PHYS32_ENTRY, xen/include/public/elfnote.h */
};
struct kernel_entry {
	size_t at, n; /* in the image; at least 4 bytes, all of them within it */
};
bool kernel_find_entry(const char *elf, size_t n, struct kernel_entry *ret);
/*
 * Unpacks such an image from a bzImage, into an empty @ret. False, and nothing in it, if
 * there is none.
 */
bool kernel_unpack_elf(const char *image, size_t n, struct text *ret);
/*
 * kernel-prelude.c: makes such an image start @code, which ends with the distance of a
 * jump to the kernel. False, and nothing is changed, if there is no place for it.
 */
bool kernel_add_prelude(struct text *elf, const char *code, size_t n);

/*
 * kernel-package.c: a kernel from a distribution's package, unpacked into a private
 * directory. A zeroed one is empty.
 */
struct boot_package {
	char *directory;  /* NULL: nothing is unpacked */
	int lock;         /* held as long as the directory exists */
	char *kernel;     /* the kernel image in it; NULL: none */
	char *modules;    /* has a directory for each release; NULL: none */
	char *shown;      /* name of the modules in messages */
	uint64_t n_bytes; /* unpacked */
};
/*
 * If request->kernel or ->modules is a .deb or an .rpm, unpacks what is needed and
 * replaces the path in the request. ->modules is always unpacked, so that a useless
 * package is rejected even if no modules are needed. Call it after ->kmods and ->assign
 * are final, and keep @package as long as the request. Errors: a damaged package; one
 * without a kernel, with several, or without the needed modules; no space.
 */
int boot_unpack_kernel(struct boot_request *request, struct boot_package *package,
		       struct error *error) _must_check_;
bool boot_kernel_is_packed(const struct boot_request *request);
void boot_package_free(struct boot_package *package);

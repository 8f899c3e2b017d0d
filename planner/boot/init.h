/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * init.h - virt-layout-init, process 1 of a guest in a dry boot. Linked statically from
 * base/ and from topology/'s sysfs reader and record writer only.
 *
 * Its instructions are in the initrd, in INIT_CONFIG; each line has a keyword and an
 * argument:
 *
 *     limit SECONDS        reset the machine after that, whatever happens
 *     cpus present         start the CPUs that the kernel has not started
 *     module PATH          load it; in the order of the lines
 *     library-path LIST    for programs that were copied in
 *     bind ADDRESS         bind the function to vfio-pci before the machine is read
 *     vfs ADDRESS          create all its virtual functions before the machine is read
 *     assign ADDRESS       afterwards use the bound function as a program would
 *     nested ADDRESS       start a guest of the guest that has the function
 *     shell                start a shell on the console after the record was sent
 *
 * It reads the machine with the same reader as on hosts, and reports on the console in
 * the protocol of serial.h.
 */
#pragma once

#include "base/text.h"
#include "topology/machine.h"

#define INIT_CONFIG "/virt-layout.conf"
#define INIT_SHELL  "/bin/busybox"
#define INIT_QEMU   "/usr/bin/qemu-system-x86_64"
#define INIT_NESTED "/nested" /* the nested guest's vmlinuz and initrd */

/* A line of serial.h's protocol on the console. */
void init_say(const char *format, ...) _printf_(1, 2);

/* init-log.c */
/* The kernel's messages so far, without their levels and times. */
void init_read_log(struct text *ret);
/*
 * Adds the facts that only the kernel's log contains: complaints about placing buses,
 * BARs and nodes ("kernel.complaints"), and lines about IOMMUs ("kernel.iommu-log"). They
 * are unknown if the beginning of the log is lost.
 */
void init_add_log_facts(struct machine *machine, const char *log);

/* init-cpus.c: sends "offline LIST" if some CPUs do not start. */
void init_start_cpus(const char *argument);
/* init-module.c: loads a module; on failure, sends a note. */
void init_load_module(const char *path);

/* init-assign.c; each reports on the console */
void init_bind(const char *address);
/*
 * Creates all virtual functions of a physical function bound to vfio-pci or its own
 * driver.
 */
void init_make_vfs(const char *address);
/* Removes the VFs of a physical function first. */
void init_try_assign(const char *address);
/* init-shell.c: until the shell ends */
void init_run_shell(void);
/* init-nested.c */
void init_try_nested(const char *address);

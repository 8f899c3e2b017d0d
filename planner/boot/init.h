/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * init.h - virt-layout-init, process 1 of a guest that is booted to be looked at. Linked
 * statically from base/ and topology/'s sysfs reader and record writer alone.
 *
 * Its orders stand in the initrd, in INIT_CONFIG, a word and its argument a line:
 *
 *     limit SECONDS        reset the machine then, whatever happens
 *     module PATH          load it; in the order of the lines
 *     library-path LIST    for programs that were copied in
 *     bind ADDRESS         bind the function to vfio-pci before the machine is read
 *     vfs ADDRESS          make all its virtual functions before the machine is read
 *     assign ADDRESS       use the bound function as a program would, afterwards
 *     nested ADDRESS       start a guest of the guest that has the function
 *     shell                start a shell on the console when the record is out
 *
 * It reads the machine with the reader that serves on hosts, and says so on the console
 * in the words of serial.h.
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
 * Adds the facts that the kernel tells nowhere but in its log: what it complained of in
 * placing buses, BARs and nodes ("kernel.complaints"), and its lines on IOMMUs
 * ("kernel.iommu-log"); unknown if the log has lost its beginning.
 */
void init_add_log_facts(struct machine *machine, const char *log);

/* init-module.c: loads one, with a note if it cannot be. */
void init_load_module(const char *path);

/* init-assign.c, each with its word on the console */
void init_bind(const char *address);
/* All virtual functions of a physical one that vfio-pci or its own driver holds. */
void init_make_vfs(const char *address);
/* The VFs of a physical function go before. */
void init_try_assign(const char *address);
/* init-shell.c: until the shell ends */
void init_run_shell(void);
/* init-nested.c */
void init_try_nested(const char *address);

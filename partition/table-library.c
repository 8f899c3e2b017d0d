/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* table-library.c - the functions of libfdisk that we call. */
#include "base/library.h"

#include <libfdisk.h>

#define FDISK(...) LIBRARY_FUNCTION(SONAME_FDISK, __VA_ARGS__)

/* clang-format off */
FDISK(int, fdisk_add_partition, (struct fdisk_context *a, struct fdisk_partition *b, size_t *c), (a, b, c))
FDISK(int, fdisk_ask_get_type, (struct fdisk_ask *a), (a))
FDISK(const char *, fdisk_ask_print_get_mesg, (struct fdisk_ask *a), (a))
FDISK(int, fdisk_assign_device_by_fd, (struct fdisk_context *a, int b, const char *c, int d), (a, b, c, d))
FDISK(int, fdisk_create_disklabel, (struct fdisk_context *a, const char *b), (a, b))
FDISK(int, fdisk_deassign_device, (struct fdisk_context *a, int b), (a, b))
FDISK(int, fdisk_disable_dialogs, (struct fdisk_context *a, int b), (a, b))
FDISK(int, fdisk_enable_bootbits_protection, (struct fdisk_context *a, int b), (a, b))
FDISK(struct fdisk_label *, fdisk_get_label, (struct fdisk_context *a, const char *b), (a, b))
FDISK(struct fdisk_parttype *, fdisk_label_advparse_parttype, (const struct fdisk_label *a, const char *b, int c), (a, b, c))
FDISK(struct fdisk_context *, fdisk_new_context, (void), ())
FDISK(struct fdisk_partition *, fdisk_new_partition, (void), ())
FDISK(struct fdisk_script *, fdisk_new_script, (struct fdisk_context *a), (a))
FDISK(int, fdisk_partition_set_attrs, (struct fdisk_partition *a, const char *b), (a, b))
FDISK(int, fdisk_partition_set_name, (struct fdisk_partition *a, const char *b), (a, b))
FDISK(int, fdisk_partition_set_partno, (struct fdisk_partition *a, size_t b), (a, b))
FDISK(int, fdisk_partition_set_size, (struct fdisk_partition *a, uint64_t b), (a, b))
FDISK(int, fdisk_partition_set_start, (struct fdisk_partition *a, uint64_t b), (a, b))
FDISK(int, fdisk_partition_set_type, (struct fdisk_partition *a, struct fdisk_parttype *b), (a, b))
FDISK(int, fdisk_partition_set_uuid, (struct fdisk_partition *a, const char *b), (a, b))
FDISK(int, fdisk_partition_size_explicit, (struct fdisk_partition *a, int b), (a, b))
FDISK(int, fdisk_save_user_sector_size, (struct fdisk_context *a, unsigned b, unsigned c), (a, b, c))
FDISK(int, fdisk_script_set_header, (struct fdisk_script *a, const char *b, const char *c), (a, b, c))
FDISK(int, fdisk_set_ask, (struct fdisk_context *a, int (*b)(struct fdisk_context *, struct fdisk_ask *, void *), void *c), (a, b, c))
FDISK(int, fdisk_set_disklabel_id_from_string, (struct fdisk_context *a, const char *b), (a, b))
FDISK(fdisk_sector_t, fdisk_set_first_lba, (struct fdisk_context *a, fdisk_sector_t b), (a, b))
FDISK(int, fdisk_set_script, (struct fdisk_context *a, struct fdisk_script *b), (a, b))
FDISK(int, fdisk_toggle_partition_flag, (struct fdisk_context *a, size_t b, unsigned long c), (a, b, c))
FDISK(void, fdisk_unref_context, (struct fdisk_context *a), (a))
FDISK(void, fdisk_unref_partition, (struct fdisk_partition *a), (a))
FDISK(void, fdisk_unref_parttype, (struct fdisk_parttype *a), (a))
FDISK(void, fdisk_unref_script, (struct fdisk_script *a), (a))
FDISK(int, fdisk_verify_disklabel, (struct fdisk_context *a), (a))
FDISK(int, fdisk_write_disklabel, (struct fdisk_context *a), (a))

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * archive-library.h - the functions of libarchive that we call. It needs libxml2 and five
 * compressors.
 */
#pragma once

#include "base/library.h"

#include <archive.h>
#include <archive_entry.h>

/* clang-format off */
#define ARCHIVE_FUNCTIONS(X) \
	X(archive_entry_filetype) \
	X(archive_entry_free) \
	X(archive_entry_new) \
	X(archive_entry_pathname) \
	X(archive_entry_set_dev) \
	X(archive_entry_set_gid) \
	X(archive_entry_set_ino64) \
	X(archive_entry_set_mode) \
	X(archive_entry_set_mtime) \
	X(archive_entry_set_nlink) \
	X(archive_entry_set_pathname) \
	X(archive_entry_set_rdevmajor) \
	X(archive_entry_set_rdevminor) \
	X(archive_entry_set_size) \
	X(archive_entry_set_symlink) \
	X(archive_entry_set_uid) \
	X(archive_error_string) \
	X(archive_read_data) \
	X(archive_read_free) \
	X(archive_read_new) \
	X(archive_read_next_header) \
	X(archive_read_open) \
	X(archive_read_open_filename) \
	X(archive_read_open_memory) \
	X(archive_read_support_filter_all) \
	X(archive_read_support_filter_by_code) \
	X(archive_read_support_format_ar) \
	X(archive_read_support_format_cpio) \
	X(archive_read_support_format_raw) \
	X(archive_read_support_format_tar) \
	X(archive_write_add_filter_by_name) \
	X(archive_write_close) \
	X(archive_write_data) \
	X(archive_write_free) \
	X(archive_write_header) \
	X(archive_write_new) \
	X(archive_write_open) \
	X(archive_write_set_bytes_per_block) \
	X(archive_write_set_format_cpio_newc) \
	X(archive_write_set_options)
/* clang-format on */

/* Each as sym_NAME. */
LIBRARY_DECLARE(DLOPEN_ARCHIVE, ARCHIVE_FUNCTIONS)
/* Call it before the first of them. Error (3): it cannot be loaded. */
int archive_library_load(struct error *error) _must_check_;

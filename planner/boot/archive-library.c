/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* archive-library.c - the functions of libarchive that we call: it needs libxml2. */
#include "base/library.h"

#include <archive.h>
#include <archive_entry.h>

#define ARCHIVE(...) LIBRARY_FUNCTION(SONAME_ARCHIVE, __VA_ARGS__)

/* clang-format off */
ARCHIVE(void, archive_entry_free, (struct archive_entry *a), (a))
ARCHIVE(struct archive_entry *, archive_entry_new, (void), ())
ARCHIVE(void, archive_entry_set_dev, (struct archive_entry *a, dev_t b), (a, b))
ARCHIVE(void, archive_entry_set_gid, (struct archive_entry *a, la_int64_t b), (a, b))
ARCHIVE(void, archive_entry_set_ino64, (struct archive_entry *a, la_int64_t b), (a, b))
ARCHIVE(void, archive_entry_set_mode, (struct archive_entry *a, mode_t b), (a, b))
ARCHIVE(void, archive_entry_set_mtime, (struct archive_entry *a, time_t b, long int c), (a, b, c))
ARCHIVE(void, archive_entry_set_nlink, (struct archive_entry *a, unsigned b), (a, b))
ARCHIVE(void, archive_entry_set_pathname, (struct archive_entry *a, const char *b), (a, b))
ARCHIVE(void, archive_entry_set_rdevmajor, (struct archive_entry *a, dev_t b), (a, b))
ARCHIVE(void, archive_entry_set_rdevminor, (struct archive_entry *a, dev_t b), (a, b))
ARCHIVE(void, archive_entry_set_size, (struct archive_entry *a, la_int64_t b), (a, b))
ARCHIVE(void, archive_entry_set_symlink, (struct archive_entry *a, const char *b), (a, b))
ARCHIVE(void, archive_entry_set_uid, (struct archive_entry *a, la_int64_t b), (a, b))
ARCHIVE(mode_t, archive_entry_filetype, (struct archive_entry *a), (a))
ARCHIVE(const char *, archive_entry_pathname, (struct archive_entry *a), (a))
ARCHIVE(const char *, archive_error_string, (struct archive *a), (a))
ARCHIVE(la_ssize_t, archive_read_data, (struct archive *a, void *b, size_t c), (a, b, c))
ARCHIVE(int, archive_read_free, (struct archive *a), (a))
ARCHIVE(struct archive *, archive_read_new, (void), ())
ARCHIVE(int, archive_read_next_header, (struct archive *a, struct archive_entry **b), (a, b))
ARCHIVE(int, archive_read_open, (struct archive *a, void *b, archive_open_callback *c, archive_read_callback *d, archive_close_callback *e), (a, b, c, d, e))
ARCHIVE(int, archive_read_open_filename, (struct archive *a, const char *b, size_t c), (a, b, c))
ARCHIVE(int, archive_read_support_filter_all, (struct archive *a), (a))
ARCHIVE(int, archive_read_support_format_ar, (struct archive *a), (a))
ARCHIVE(int, archive_read_support_format_cpio, (struct archive *a), (a))
ARCHIVE(int, archive_read_support_format_raw, (struct archive *a), (a))
ARCHIVE(int, archive_read_support_format_tar, (struct archive *a), (a))
ARCHIVE(int, archive_write_add_filter_by_name, (struct archive *a, const char *b), (a, b))
ARCHIVE(int, archive_write_close, (struct archive *a), (a))
ARCHIVE(la_ssize_t, archive_write_data, (struct archive *a, const void *b, size_t c), (a, b, c))
ARCHIVE(int, archive_write_free, (struct archive *a), (a))
ARCHIVE(int, archive_write_header, (struct archive *a, struct archive_entry *b), (a, b))
ARCHIVE(struct archive *, archive_write_new, (void), ())
ARCHIVE(int, archive_write_open, (struct archive *a, void *b, archive_open_callback *c, archive_write_callback *d, archive_close_callback *e), (a, b, c, d, e))
ARCHIVE(int, archive_write_set_bytes_per_block, (struct archive *a, int b), (a, b))
ARCHIVE(int, archive_write_set_format_cpio_newc, (struct archive *a), (a))
ARCHIVE(int, archive_write_set_options, (struct archive *a, const char *b), (a, b))

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* empty-library.c - a library without a function that we call, for check-libraries. */
extern const char empty_library[];
const char empty_library[] = "";

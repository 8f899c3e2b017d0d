/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sort.h - sorts an array so that equal entries keep their order. */
#pragma once

#include <stddef.h>

/* Like qsort(), of which only some C libraries keep that order. */
void sort_stably(void *v, size_t n, size_t size_bytes,
		 int (*compare)(const void *, const void *));

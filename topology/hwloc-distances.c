/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hwloc 1:   <distances nbobjs=N ...>, with N * N times <latency value=.../>
 * hwloc 2:   <distances2 nbobjs=N ...>, with lists in <indexes length=L> and
 *            <u64values length=L>: N and N * N numbers; L is the size of the text
 * and <distances2hetero ...>, where the indexes are words such as "PU:0".
 */
#include "topology/hwloc-distances.h"

#define MATRIX "distances"

static void start_list(struct hwloc_distances *distances, size_t *words,
		       const char *length)
{
	uint32_t value = 0;

	distances->words = words;
	distances->bytes = 0;
	distances->in_word = false;
	if (!length || !parse_u32(length, &value))
		distances->bad = true;
	distances->length = value;
}

static void start_matrix(struct hwloc_distances *distances, const char *element,
			 const char *objects, long line, size_t mark)
{
	uint32_t value = 0;

	*distances = (struct hwloc_distances){
		.open = true,
		.line = line,
		.mark = mark,
		.old = streq(element, MATRIX),
		.bad = !objects || !parse_u32(objects, &value),
	};
	distances->objects = value;
}

void hwloc_distances_start(struct hwloc_distances *distances, const char *element,
			   const char *objects, const char *length, long line,
			   size_t mark)
{
	if (!distances->open && has_prefix(element, MATRIX))
		start_matrix(distances, element, objects, line, mark);
	else if (!distances->open)
		return;
	else if (streq(element, "indexes"))
		start_list(distances, &distances->indexes, length);
	else if (streq(element, "u64values"))
		start_list(distances, &distances->values, length);
	else if (distances->old && streq(element, "latency"))
		distances->values++;
}

void hwloc_distances_text(struct hwloc_distances *distances, const char *bytes, size_t n)
{
	if (!distances->words)
		return;
	distances->bytes += n;
	for (size_t i = 0; i < n; i++) {
		bool in_word = !strchr(" \t\r\n", bytes[i]);

		if (in_word && distances->words == &distances->values)
			distances->bad |= bytes[i] < '0' || bytes[i] > '9';
		*distances->words += in_word && !distances->in_word;
		distances->in_word = in_word;
	}
}

bool hwloc_distances_end(struct hwloc_distances *distances, const char *element)
{
	if (distances->words) {
		distances->words = NULL;
		distances->bad |= distances->bytes != distances->length;
		return true;
	}
	if (!distances->open || !has_prefix(element, MATRIX))
		return true;
	distances->open = false;
	return !distances->bad &&
	       (distances->old || distances->indexes == distances->objects) &&
	       distances->values == distances->objects * distances->objects;
}

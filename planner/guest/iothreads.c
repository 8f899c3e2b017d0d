/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/guest/iothreads.h"

static void add_thread(struct set *threads, uint64_t id)
{
	if (id <= UINT16_MAX)
		set_add(threads, (unsigned)id);
}

void guest_threads_of(const struct document *document, int element,
		      struct guest_number single, bool mapping, struct set *ret)
{
	int row = element < 0 || !mapping
			  ? -1
			  : document_find(document, element, "driver/iothreads");

	if (single.state == VALUE_VALID)
		add_thread(ret, single.value);
	for (row = row < 0 ? -1 : document_child(document, row, "iothread"); row >= 0;
	     row = document_next(document, row, "iothread")) {
		const char *text = document_attribute(document, row, "id");
		uint64_t id;

		if (text && parse_u64(text, &id))
			add_thread(ret, id);
	}
}

unsigned guest_thread_id(const struct guest_threads *map, unsigned number)
{
	return map->first + number * map->span / map->n;
}

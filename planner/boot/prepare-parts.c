/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/boot/prepare-parts.h"

#include "base/mem.h"

struct substitution *prepare_note(struct prepare *p, const char *what, int element)
{
	struct substitution *s = vec_add(&p->done->list);

	s->what = what;
	s->subject = document_path(p->domain, element);
	return s;
}

void prepare_drop(struct prepare *p, int parent, const char *name)
{
	for (int e = document_child(p->domain, parent, name); e >= 0;
	     e = document_next(p->domain, e, name))
		edit_remove(&p->edits, e);
}

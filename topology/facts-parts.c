/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "topology/facts-parts.h"

void facts_take(struct facts *facts, const char *name, char *value, const char *why)
{
	_cleanup_free_ char *taken = value;

	if (taken)
		machine_set_fact(facts->machine, name, taken);
	else
		machine_unknown_fact(facts->machine, name, why);
}

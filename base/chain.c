/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/chain.h"

#include <limits.h>

int chain_add(struct chains *chains, const char *text, uint64_t key, int entry)
{
	int first = first_add(&chains->firsts, text, key, entry);

	while (chains->next.n <= (size_t)entry) {
		*vec_add(&chains->next) = INT_MAX;
		*vec_add(&chains->last) = -1;
	}
	if (first != entry)
		chains->next.v[chains->last.v[first]] = entry;
	chains->last.v[first] = entry;
	return first;
}

int chain_first(const struct chains *chains, const char *text, uint64_t key)
{
	int first = first_find(&chains->firsts, text, key);

	return first < 0 ? INT_MAX : first;
}

int chain_find(const struct chains *chains, uint64_t key, int entry,
	       chain_matches *matches, const void *context)
{
	int earlier = chain_first(chains, NULL, key);

	while (earlier < entry && !matches(context, earlier, entry))
		earlier = chains->next.v[earlier];
	return earlier < entry ? earlier : -1;
}

void chains_free(struct chains *chains)
{
	firsts_free(&chains->firsts);
	vec_free(&chains->next);
	vec_free(&chains->last);
}

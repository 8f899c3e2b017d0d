/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Theory of operation. Both functions have a way up, a list of bridges that ends on a
 * root bus. If the two lists have a bridge in common, the path turns around there: in a
 * switch between two of its downstream ports, or on the bus below a port or conventional
 * bridge. Everything else goes through one or two root complexes.
 *
 * A transfer enters a switch through a downstream port. If ACS there redirects requests
 * (or completions, for what the other one asks for), it goes up to the root complex
 * (PCIe 6.12.1.1), except that a translated address passes a port with direct translated
 * P2P. Egress control can block or redirect single pairs of ports; which ones is not
 * recorded.
 */
#include "topology/path.h"

#define WAY_LIMIT 256

struct way {
	int bridges[WAY_LIMIT]; /* from the function up, with itself if it is a bridge */
	size_t n;
};

const char *path_kind_name(enum path_kind kind)
{
	static const char *const names[] = {
#define ROW(name, word, means) [PATH_##name] = (word),
		PATH_KINDS(ROW)
#undef ROW
	};

	return names[kind];
}

const char *path_kind_means(enum path_kind kind)
{
	static const char *const meanings[] = {
#define ROW(name, word, means) [PATH_##name] = (means),
		PATH_KINDS(ROW)
#undef ROW
	};

	return meanings[kind];
}

const char *peer_way_name(enum peer_way way)
{
	static const char *const names[] = {
		[PEER_STRAIGHT] = "straight", [PEER_ROOT] = "root", [PEER_NONE] = "none"};

	return names[way];
}

static const struct machine_function *function_at(const struct machine *machine,
						  int index)
{
	return &machine->functions.v[index];
}

static void way_up(const struct machine *machine, size_t function, struct way *ret)
{
	const struct machine_function *it = &machine->functions.v[function];
	int at = it->bridge ? (int)function : it->upstream;

	for (ret->n = 0; at >= 0 && ret->n < WAY_LIMIT;
	     at = function_at(machine, at)->upstream)
		ret->bridges[ret->n++] = at;
}

static size_t depth_of(const struct machine *machine, int function)
{
	size_t depth = 0;

	while (depth < WAY_LIMIT &&
	       (function = function_at(machine, function)->upstream) >= 0)
		depth++;
	return depth;
}

bool machine_is_upstream_port(const struct machine *machine, int bridge,
			      bool bridge_below)
{
	enum pcie_type type = function_at(machine, bridge)->pcie_type;

	if (type != PCIE_UNKNOWN)
		return type == PCIE_UPSTREAM_PORT;
	return bridge_below && depth_of(machine, bridge) % 2 == 1;
}

int machine_switch_above(const struct machine *machine, int function)
{
	bool bridge_below = function_at(machine, function)->bridge;

	for (int at = function_at(machine, function)->upstream; at >= 0;
	     at = function_at(machine, at)->upstream) {
		if (machine_is_upstream_port(machine, at, bridge_below))
			return at;
		bridge_below = true;
	}
	return -1;
}

struct machine_link machine_link_above(const struct machine *machine, size_t function,
				       uint32_t *mb_s)
{
	const struct machine_function *lower = &machine->functions.v[function], *upper;

	*mb_s = 0;
	if (lower->physical_function >= 0)
		lower = function_at(machine, lower->physical_function);
	if (lower->upstream < 0 && machine->source != MACHINE_NCCL)
		return (struct machine_link){};
	/* NCCL's files leave root ports out. */
	upper = lower->upstream < 0 ? lower : function_at(machine, lower->upstream);
	*mb_s = lower->link_mb_s ? lower->link_mb_s : upper->link_mb_s;
	return lower->link.speed_mt_s && lower->link.width ? lower->link : upper->link;
}

/*
 * Takes the bridges that both ways end with off their ends; returns the lowest of them,
 * -1 if there is none.
 */
static int take_common(struct way *a, struct way *b)
{
	int common = -1;

	while (a->n > 0 && b->n > 0 && a->bridges[a->n - 1] == b->bridges[b->n - 1]) {
		common = a->bridges[a->n - 1];
		a->n--;
		b->n--;
	}
	return common;
}

/* Whether a link leads to the function from above, and not the bus inside a switch. */
static bool has_link_above(const struct machine *machine, int function)
{
	const struct machine_function *it = function_at(machine, function);

	if (it->upstream < 0)
		return machine->source == MACHINE_NCCL;
	if (it->pcie_type == PCIE_DOWNSTREAM_PORT || it->pcie_type == PCIE_NONE)
		return false;
	return it->pcie_type != PCIE_UNKNOWN || !it->bridge ||
	       !machine_is_upstream_port(machine, it->upstream, true);
}

/* Takes the link above one function into account; false if its speed is not known. */
static bool take_link(const struct machine *machine, int function, struct path *path)
{
	uint32_t mb_s;

	if (!has_link_above(machine, function))
		return true;
	machine_link_above(machine, (size_t)function, &mb_s);
	if (!mb_s)
		return false;
	if (path->slowest < 0 || mb_s < path->slowest_mb_s) {
		path->slowest = function;
		path->slowest_mb_s = mb_s;
	}
	return true;
}

static bool take_links(const struct machine *machine, size_t function,
		       const struct way *way, struct path *path)
{
	if (!machine->functions.v[function].bridge &&
	    !take_link(machine, (int)function, path))
		return false;
	for (size_t i = 0; i < way->n; i++)
		if (!take_link(machine, way->bridges[i], path))
			return false;
	return true;
}

static void find_slowest(const struct machine *machine, const size_t ends[2],
			 const struct way ways[2], struct path *path)
{
	path->slowest = -1;
	path->slowest_mb_s = 0;
	for (int i = 0; i < 2; i++)
		if (!take_links(machine, ends[i], &ways[i], path)) {
			path->slowest = -1;
			path->slowest_mb_s = 0;
			return;
		}
}

bool machine_bridge_counts(const struct machine *machine, int bridge)
{
	int above = function_at(machine, bridge)->upstream;
	enum pcie_type type = function_at(machine, bridge)->pcie_type;

	if (above < 0 && type != PCIE_NONE && type != PCIE_TO_PCI_BRIDGE)
		return false;
	return type != PCIE_ROOT_PORT && type != PCIE_DOWNSTREAM_PORT &&
	       !(type == PCIE_UNKNOWN && above >= 0 &&
		 machine_is_upstream_port(machine, above, true));
}

static unsigned count_bridges(const struct machine *machine, const struct way *way)
{
	unsigned count = 0;

	for (size_t i = 0; i < way->n; i++)
		count += machine_bridge_counts(machine, way->bridges[i]);
	return count;
}

/* Passing through the common bridge counts if the path turns around inside a switch. */
static bool turns_in_switch(const struct machine *machine, int common,
			    const struct way ways[2])
{
	return common >= 0 &&
	       machine_is_upstream_port(machine, common, ways[0].n + ways[1].n > 0);
}

static enum path_kind kind_of(const struct machine *machine, size_t a, size_t b,
			      const struct path *path)
{
	const struct machine_function *one = &machine->functions.v[a],
				      *other = &machine->functions.v[b];
	const struct machine_affinity *here = &one->affinity, *there = &other->affinity;

	if (a == b)
		return PATH_SELF;
	if (path->common >= 0)
		return path->bridges > 1 ? PATH_PXB : PATH_PIX;
	/* Root buses of NCCL's files are made up, and so may be shared by nodes. */
	if (machine->source != MACHINE_NCCL && one->root >= 0 &&
	    one->root == other->root) {
		struct pci_address at = one->at, to = other->at;

		/* Functions of one device of the root complex. */
		return one->upstream < 0 && other->upstream < 0 && at.slot == to.slot
			       ? PATH_PIX
			       : PATH_PHB;
	}
	if (here->what != AFFINITY_NODE || there->what != AFFINITY_NODE)
		return PATH_UNKNOWN;
	if (here->node != there->node)
		return PATH_SYS;
	/* Nor do they tell how many root complexes a node has. */
	return machine->source == MACHINE_NCCL ? PATH_PHB : PATH_NODE;
}

static enum known has_memory(const struct machine_function *function)
{
	if (function->bars_known != KNOWN_YES)
		return KNOWN_UNKNOWN;
	for (int i = 0; i < MACHINE_BARS; i++)
		if (function->bars[i].size_bytes > 0 &&
		    !(function->bars[i].flags & BAR_IO))
			return KNOWN_YES;
	return KNOWN_NO;
}

/* Whether ACS at a port or function sends what @end starts, or answers, to the root. */
static enum known redirects(const struct machine *machine, int port,
			    const struct machine_function *end)
{
	const struct machine_peer *peer = &function_at(machine, port)->peer;
	const unsigned bits = ACS_REQUEST_REDIRECT | ACS_COMPLETION_REDIRECT;

	if (peer->acs == ABILITY_NONE || peer->acs == ABILITY_OFF)
		return KNOWN_NO;
	if (peer->acs == ABILITY_UNKNOWN || peer->acs_on & ACS_EGRESS_CONTROL)
		return KNOWN_UNKNOWN;
	if (!(peer->acs_on & bits))
		return KNOWN_NO;
	if (!(peer->acs_on & ACS_DIRECT_TRANSLATED) || end->peer.ats == ABILITY_OFF ||
	    end->peer.ats == ABILITY_NONE)
		return KNOWN_YES;
	return end->peer.ats == ABILITY_ON ? KNOWN_NO : KNOWN_UNKNOWN;
}

/*
 * The ports where the path of one end enters switches below the common bridge; the end
 * itself if it is on the bus where the path turns around.
 */
static enum known side_redirects(const struct machine *machine, size_t end,
				 const struct way *way, bool conventional, int *where)
{
	const struct machine_function *function = &machine->functions.v[end];
	enum known result = KNOWN_NO;

	if (conventional && way->n == 0)
		return KNOWN_NO;
	for (size_t i = 0; i < MAX(way->n, (size_t)1); i++) {
		int port = way->n > 0 ? way->bridges[i] : (int)end;
		enum known answer;

		/* An upstream port redirects only what one of its own functions starts.
		 */
		if (way->n > 0 && machine_is_upstream_port(machine, port, i > 0))
			continue;
		answer = redirects(machine, port, function);
		if (answer == KNOWN_YES) {
			*where = port;
			return KNOWN_YES;
		}
		if (answer == KNOWN_UNKNOWN)
			result = KNOWN_UNKNOWN;
	}
	return result;
}

static bool is_conventional(const struct machine *machine, int bridge)
{
	enum pcie_type type = function_at(machine, bridge)->pcie_type;

	return type == PCIE_NONE || type == PCIE_TO_PCI_BRIDGE;
}

static void find_way(const struct machine *machine, const size_t ends[2],
		     const struct way ways[2], struct path *path)
{
	enum known memory[2], turned = KNOWN_NO;
	bool conventional = path->common >= 0 && is_conventional(machine, path->common);

	path->redirects = -1;
	path->way = PEER_STRAIGHT;
	if (path->kind == PATH_SELF)
		return;
	for (int i = 0; i < 2; i++)
		memory[i] = has_memory(&machine->functions.v[ends[i]]);
	if (memory[0] == KNOWN_NO && memory[1] == KNOWN_NO) {
		path->way = PEER_NONE;
		return;
	}
	if (path->kind != PATH_PIX && path->kind != PATH_PXB) {
		path->way = PEER_ROOT;
		return;
	}
	for (int i = 0; i < 2 && turned != KNOWN_YES; i++) {
		enum known side = side_redirects(machine, ends[i], &ways[i], conventional,
						 &path->redirects);

		if (side != KNOWN_NO)
			turned = side;
	}
	if (turned == KNOWN_YES)
		path->way = PEER_ROOT;
	else if (turned == KNOWN_UNKNOWN)
		path->way = PEER_UNKNOWN;
}

struct path_ends machine_path_ends(const struct machine *machine, size_t function)
{
	struct way way;

	way_up(machine, function, &way);
	if (way.n == 0)
		return (struct path_ends){-1, -1};
	return (struct path_ends){way.bridges[0], way.bridges[way.n - 1]};
}

enum path_kind machine_path_kind(const struct machine *machine, size_t a,
				 struct path_ends from, size_t b, struct path_ends to)
{
	struct path path = {.common = -1};

	if (from.last < 0 || from.last != to.last)
		return kind_of(machine, a, b, &path);
	if (a != b && from.first == to.first)
		return PATH_PIX;
	machine_path(machine, a, b, &path);
	return path.kind;
}

uint64_t machine_path_likeness(const struct machine *machine, size_t function)
{
	const struct machine_function *it = &machine->functions.v[function];

	if (it->bridge || it->upstream < 0)
		return UINT64_C(1) << 63 | function;
	return (uint64_t)it->upstream << 32 | (uint64_t)it->peer.acs << 24 |
	       (uint64_t)it->peer.ats << 16 |
	       (uint64_t)(has_memory(it) - KNOWN_UNKNOWN) << 8 | it->peer.acs_on;
}

void machine_path(const struct machine *machine, size_t a, size_t b, struct path *ret)
{
	/* The lower index first: an answer that is equally good is the same both ways. */
	const size_t ends[2] = {MIN(a, b), MAX(a, b)};
	struct way ways[2];

	*ret = (struct path){.common = -1, .slowest = -1, .redirects = -1};
	way_up(machine, ends[0], &ways[0]);
	way_up(machine, ends[1], &ways[1]);
	if (a != b)
		ret->common = take_common(&ways[0], &ways[1]);
	ret->bridges = count_bridges(machine, &ways[0]) +
		       count_bridges(machine, &ways[1]) +
		       turns_in_switch(machine, ret->common, ways);
	ret->kind = kind_of(machine, ends[0], ends[1], ret);
	if (a != b)
		find_slowest(machine, ends, ways, ret);
	find_way(machine, ends, ways, ret);
}

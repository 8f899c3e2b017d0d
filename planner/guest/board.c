/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which exist and the most vCPUs: query-machines of QEMU 7.2, 10.0 and 11.1. The least
 * vCPUs and the memory: QEMU 7.2 was started with each board that it has, with one vCPU
 * and with 1 and 3 GiB; the sizes are those that its refusal names, or for Aspeed's, all
 * that the three kinds take of 64 MiB to 4 GiB. Of newer boards only some were started.
 */
#include "planner/guest/board.h"

#include "base/size.h"
#include "planner/guest/target.h"

enum { IN_7_2 = 1, IN_10_0 = 2, IN_11_1 = 4, IN_ALL = 7 };

static const unsigned asked[] = {VERSION_OF(7, 2), VERSION_OF(10, 0), VERSION_OF(11, 1)};

static const struct board boards[] = {
	{"akita", IN_7_2, 1, 1, 0, 0, false},
	{"amd-versal-virt", IN_11_1, 4, 4, 0, 0, true},
	{"amd-versal2-virt", IN_11_1, 18, 18, 0, 0, true},
	{"anacapa-bmc", IN_11_1, 2, 2, 3840, 0, false},
	{"ast1030-evb", IN_ALL, 1, 1, 0, 0, false},
	{"ast1040-evb", IN_11_1, 1, 1, 0, 0, false},
	{"ast1060-evb", IN_11_1, 1, 1, 0, 0, false},
	{"ast2500-evb", IN_ALL, 1, 1, 1920, 0, false},
	{"ast2600-evb", IN_ALL, 2, 2, 3840, 0, false},
	{"ast2700-evb", IN_10_0 | IN_11_1, 4, 4, 0, 0, true},
	{"ast2700a0-evb", IN_10_0, 0, 4, 0, 0, true},
	{"ast2700a1-evb", IN_10_0 | IN_11_1, 4, 4, 0, 0, true},
	{"ast2700a2-evb", IN_11_1, 4, 4, 0, 0, true},
	{"ast2700fc", IN_11_1, 6, 6, 0, 0, true},
	{"b-l475e-iot01a", IN_10_0 | IN_11_1, 0, 1, 0, 0, false},
	{"bletchley-bmc", IN_ALL, 2, 2, 3840, 0, false},
	{"borzoi", IN_7_2, 1, 1, 0, 0, false},
	{"bpim2u", IN_10_0 | IN_11_1, 0, 4, 0, 0, false},
	{"canon-a1100", IN_ALL, 1, 1, 64, 0, false},
	{"catalina-bmc", IN_11_1, 0, 2, 0, 0, false},
	{"cheetah", IN_7_2, 1, 1, 32, 0, false},
	{"collie", IN_ALL, 1, 1, 512, 0, false},
	{"connex", IN_7_2, 1, 1, 0, 0, false},
	{"cubieboard", IN_ALL, 1, 1, 1536, 0, false},
	{"emcraft-sf2", IN_ALL, 1, 1, 0, 0, false},
	{"fby35", IN_7_2 | IN_10_0, 3, 3, 0, 0, false},
	{"fby35-bmc", IN_ALL, 2, 2, 3840, 0, false},
	{"fp5280g2-bmc", IN_7_2 | IN_10_0, 1, 1, 1920, 0, false},
	{"fuji-bmc", IN_ALL, 2, 2, 3840, 0, false},
	{"g220a-bmc", IN_ALL, 1, 1, 1920, 0, false},
	{"gb200nvl-bmc", IN_11_1, 0, 2, 0, 0, false},
	{"highbank", IN_7_2 | IN_10_0, 1, 4, 0, 0, false},
	{"imx25-pdk", IN_ALL, 1, 1, 0, 512, false},
	{"imx8mm-evk", IN_11_1, 0, 4, 0, 0, true},
	{"imx8mp-evk", IN_10_0 | IN_11_1, 0, 4, 0, 0, true},
	{"integratorcp", IN_ALL, 1, 1, 0, 0, false},
	{"kudo-bmc", IN_ALL, 2, 2, 0, 2048, false},
	{"kzm", IN_ALL, 1, 1, 0, 512, false},
	{"lm3s6965evb", IN_ALL, 1, 1, 0, 0, false},
	{"lm3s811evb", IN_ALL, 1, 1, 0, 0, false},
	{"mainstone", IN_7_2, 1, 1, 0, 0, false},
	{"max78000fthr", IN_11_1, 0, 1, 0, 0, false},
	{"mcimx6ul-evk", IN_ALL, 1, 1, 0, 2048, false},
	{"mcimx7d-sabre", IN_ALL, 1, 2, 0, 2048, false},
	{"microbit", IN_ALL, 1, 1, 0, 0, false},
	{"midway", IN_7_2 | IN_10_0, 1, 4, 0, 0, false},
	{"mori-bmc", IN_ALL, 2, 2, 0, 2048, false},
	{"mps2-an385", IN_ALL, 1, 1, 16, 0, false},
	{"mps2-an386", IN_ALL, 1, 1, 16, 0, false},
	{"mps2-an500", IN_ALL, 1, 1, 16, 0, false},
	{"mps2-an505", IN_ALL, 1, 1, 16, 0, false},
	{"mps2-an511", IN_ALL, 1, 1, 16, 0, false},
	{"mps2-an521", IN_ALL, 2, 2, 16, 0, false},
	{"mps3-an524", IN_ALL, 2, 2, 2048, 0, false},
	{"mps3-an536", IN_10_0 | IN_11_1, 0, 2, 0, 0, false},
	{"mps3-an547", IN_ALL, 1, 1, 2048, 0, false},
	{"musca-a", IN_ALL, 2, 2, 0, 0, false},
	{"musca-b1", IN_ALL, 2, 2, 0, 0, false},
	{"musicpal", IN_ALL, 1, 1, 32, 0, false},
	{"n800", IN_7_2, 1, 1, 128, 0, false},
	{"n810", IN_7_2, 1, 1, 128, 0, false},
	{"netduino2", IN_ALL, 1, 1, 0, 0, false},
	{"netduinoplus2", IN_ALL, 1, 1, 0, 0, false},
	{"npcm750-evb", IN_ALL, 2, 2, 0, 2048, false},
	{"npcm845-evb", IN_10_0 | IN_11_1, 0, 4, 0, 0, true},
	{"nuri", IN_ALL, 2, 2, 0, 0, false},
	{"olimex-stm32-h405", IN_10_0 | IN_11_1, 0, 1, 0, 0, false},
	{"orangepi-pc", IN_ALL, 4, 4, 0, 0, false},
	{"palmetto-bmc", IN_ALL, 1, 1, 960, 0, false},
	{"qcom-dc-scm-v1-bmc", IN_7_2 | IN_10_0, 2, 2, 3840, 0, false},
	{"qcom-firework-bmc", IN_7_2 | IN_10_0, 2, 2, 3840, 0, false},
	{"quanta-gbs-bmc", IN_ALL, 2, 2, 0, 2048, false},
	{"quanta-gsj", IN_ALL, 2, 2, 0, 2048, false},
	{"quanta-q71l-bmc", IN_ALL, 1, 1, 960, 0, false},
	{"rainier-bmc", IN_ALL, 2, 2, 3840, 0, false},
	{"raspi0", IN_ALL, 1, 1, 512, 0, false},
	{"raspi1ap", IN_ALL, 1, 1, 512, 0, false},
	{"raspi2b", IN_ALL, 4, 4, 1024, 0, false},
	{"raspi3ap", IN_ALL, 4, 4, 512, 0, true},
	{"raspi3b", IN_ALL, 4, 4, 1024, 0, true},
	{"raspi4b", IN_10_0 | IN_11_1, 0, 4, 0, 0, true},
	{"realview-eb", IN_ALL, 1, 1, 0, 0, false},
	{"realview-eb-mpcore", IN_ALL, 1, 4, 0, 0, false},
	{"realview-pb-a8", IN_ALL, 1, 1, 0, 0, false},
	{"realview-pbx-a9", IN_ALL, 1, 4, 0, 0, false},
	{"romulus-bmc", IN_ALL, 1, 1, 1920, 0, false},
	{"sabrelite", IN_ALL, 1, 4, 0, 3840, false},
	{"sbsa-ref", IN_ALL, 1, 512, 0, 0, true},
	{"smdkc210", IN_ALL, 2, 2, 0, 0, false},
	{"sonorapass-bmc", IN_7_2 | IN_10_0, 1, 1, 1920, 0, false},
	{"spitz", IN_7_2, 1, 1, 0, 0, false},
	{"stm32vldiscovery", IN_ALL, 1, 1, 0, 0, false},
	{"supermicro-x11spi-bmc", IN_10_0 | IN_11_1, 0, 1, 0, 0, false},
	{"supermicrox11-bmc", IN_ALL, 1, 1, 960, 0, false},
	{"sx1", IN_ALL, 1, 1, 32, 0, false},
	{"sx1-v1", IN_ALL, 1, 1, 32, 0, false},
	{"tacoma-bmc", IN_7_2, 2, 2, 3840, 0, false},
	{"terrier", IN_7_2, 1, 1, 0, 0, false},
	{"tiogapass-bmc", IN_10_0 | IN_11_1, 0, 1, 0, 0, false},
	{"tosa", IN_7_2, 1, 1, 0, 0, false},
	{"verdex", IN_7_2, 1, 1, 0, 0, false},
	{"versatileab", IN_ALL, 1, 1, 0, 256, false},
	{"versatilepb", IN_ALL, 1, 1, 0, 256, false},
	{"vexpress-a15", IN_ALL, 1, 4, 0, 0, false},
	{"vexpress-a9", IN_ALL, 1, 4, 0, 1024, false},
	{"witherspoon-bmc", IN_ALL, 1, 1, 1920, 0, false},
	{"xilinx-zynq-a9", IN_7_2, 1, 1, 0, 2048, false},
	{"xilinx-zynq-a9", IN_10_0 | IN_11_1, 1, 2, 0, 2048, false},
	{"xilinx-zynq-a9", IN_ALL, 1, 0, 0, 2048, false}, /* between them */
	{"xlnx-versal-virt", IN_ALL, 4, 4, 0, 0, true},
	{"xlnx-zcu102", IN_ALL, 1, 6, 0, 0, true},
	{"yosemitev2-bmc", IN_10_0 | IN_11_1, 0, 1, 0, 0, false},
	{"z2", IN_7_2, 1, 1, 0, 0, false},
};

/* The last version that was asked and is not newer, and the first that is not older. */
static void find_neighbours(unsigned qemu, size_t *ret_last, size_t *ret_first)
{
	size_t last = 0, first = ARRAY_SIZE(asked) - 1;

	for (size_t i = 0; i < ARRAY_SIZE(asked); i++)
		if (asked[i] / 1000 <= qemu / 1000)
			last = i;
	for (size_t i = ARRAY_SIZE(asked); i > 0; i--)
		if (asked[i - 1] / 1000 >= qemu / 1000)
			first = i - 1;
	*ret_last = MIN(last, first);
	*ret_first = MAX(last, first);
}

/* Of a QEMU newer than all that were asked, the newest of these is the best guess. */
static bool seen_in(const struct board *board, size_t version)
{
	return board->seen & 1u << version;
}

const struct board *board_find(const char *name, unsigned qemu)
{
	size_t last, first;

	find_neighbours(qemu, &last, &first);
	for (size_t i = 0; i < ARRAY_SIZE(boards); i++)
		if (streq(boards[i].name, name) && seen_in(&boards[i], last) &&
		    seen_in(&boards[i], first))
			return &boards[i];
	return NULL;
}

/* All versions in which it was seen, in one of its rows; 0: it is not a board. */
static unsigned seen_anywhere(const char *name, bool *ret_only_64)
{
	unsigned seen = 0;

	for (size_t i = 0; i < ARRAY_SIZE(boards); i++)
		if (streq(boards[i].name, name)) {
			seen |= boards[i].seen;
			*ret_only_64 = boards[i].only_64;
		}
	return seen;
}

static bool runs(const char *architecture, bool only_64)
{
	return !architecture || streq(architecture, "aarch64") ||
	       (!only_64 &&
		(streq(architecture, "armv7l") || streq(architecture, "armv6l")));
}

struct machine_verdict board_judge(const char *name, const char *architecture,
				   unsigned qemu)
{
	bool only_64 = false;
	unsigned seen = seen_anywhere(name, &only_64);
	size_t last, first;

	if (seen == 0)
		return (struct machine_verdict){MACHINE_UNKNOWN};
	if (!runs(architecture, only_64))
		return (struct machine_verdict){MACHINE_NEVER};
	find_neighbours(qemu, &last, &first);
	if (seen & 1u << last && seen & 1u << first)
		return (struct machine_verdict){MACHINE_EXISTS};
	if (seen & 1u << last || seen & 1u << first)
		return (struct machine_verdict){MACHINE_UNKNOWN};
	return (struct machine_verdict){seen >> last ? MACHINE_TOO_NEW : MACHINE_REMOVED};
}

bool board_takes(const struct board *board, uint64_t bytes)
{
	uint64_t mib = bytes >> 20;

	if (board->sizes_mib > 0)
		return bytes == mib << 20 && mib > 0 && (mib & (mib - 1)) == 0 &&
		       (board->sizes_mib & mib) != 0;
	return board->most_mib == 0 || bytes <= (uint64_t)board->most_mib << 20;
}

char *board_memory(const struct board *board)
{
	struct text text = {};
	unsigned left = board->sizes_mib;

	if (left == 0)
		text_adds(&text, "at most ");
	if (left == 0)
		text_add_size(&text, (uint64_t)board->most_mib << 20);
	while (left > 0) {
		unsigned size = left & -left;

		left -= size;
		if (text.n > 0)
			text_adds(&text, left > 0 ? ", " : " or ");
		text_add_size(&text, (uint64_t)size << 20);
	}
	return text_take(&text);
}

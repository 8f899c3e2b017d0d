/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "topology/pci-config.h"

#include <stdio.h>

/*
 * PCI 3.0 6.1, PCI-to-PCI bridge 3.2, PCIe 7.5.3, 7.7.11 (ACS), 9.3.3 (SR-IOV), 10.5.1
 * (ATS).
 */
enum {
	CONFIG_VENDOR = 0x00,
	CONFIG_DEVICE = 0x02,
	CONFIG_STATUS = 0x06,
	CONFIG_CLASS = 0x09, /* three bytes */
	CONFIG_HEADER_TYPE = 0x0e,
	CONFIG_SECONDARY = 0x19,
	CONFIG_SUBORDINATE = 0x1a,
	CONFIG_SUBVENDOR = 0x2c,
	CONFIG_SUBDEVICE = 0x2e,
	CONFIG_CAPABILITIES = 0x34,
	CONFIG_STANDARD_BYTES = 0x40,
	CONFIG_EXTENDED = 0x100,

	STATUS_HAS_CAPABILITIES = 1 << 4,
	HEADER_BRIDGE = 1,

	CAPABILITY_PCIE = 0x10,
	CAPABILITY_AF = 0x13,
	EXTENDED_ACS = 0x000d,
	EXTENDED_ATS = 0x000f,
	EXTENDED_SRIOV = 0x0010,

	PCIE_FLAGS = 2,
	PCIE_DEVICE_CAPABILITIES = 4,
	PCIE_LINK_CAPABILITIES = 0x0c,
	PCIE_LINK_STATUS = 0x12,
	AF_CAPABILITIES = 3,
	AF_FLR = 1 << 1,
	ACS_CAPABILITY = 4,
	ACS_CONTROL = 6,
	ATS_CONTROL = 6,
	ATS_ENABLE = 1 << 15,
	SRIOV_TOTAL_VFS = 0x0e,
	SRIOV_NUM_VFS = 0x10,
};
#define PCIE_FLR (1u << 28)
/* Source validation, request redirect, completion redirect, upstream forwarding. */
#define ACS_ISOLATION 0x1du

static uint16_t get16(const uint8_t *config, unsigned at)
{
	return (uint16_t)(config[at] | config[at + 1] << 8);
}

static uint32_t get32(const uint8_t *config, unsigned at)
{
	return get16(config, at) | (uint32_t)get16(config, at + 2) << 16;
}

/* The list may be cyclic: there is room for 48 entries of 4 bytes after the header. */
unsigned pci_config_capability(const uint8_t *config, size_t n, uint8_t id)
{
	unsigned at;

	if (n < CONFIG_STANDARD_BYTES ||
	    !(get16(config, CONFIG_STATUS) & STATUS_HAS_CAPABILITIES))
		return 0;
	at = config[CONFIG_CAPABILITIES] & ~3u;
	for (unsigned left = 48; left && at >= CONFIG_STANDARD_BYTES && at + 4 <= n;
	     left--) {
		if (config[at] == id)
			return at;
		at = config[at + 1] & ~3u;
	}
	return 0;
}

/* Likewise: (4096 - 256) / 8 entries at most. */
unsigned pci_config_extended(const uint8_t *config, size_t n, uint16_t id)
{
	unsigned at = CONFIG_EXTENDED;

	for (unsigned left = 480; left && at >= CONFIG_EXTENDED && at + 4 <= n; left--) {
		uint32_t header = get32(config, at);

		if (header == 0 || header == UINT32_MAX)
			return 0;
		if ((header & 0xffff) == id)
			return at;
		at = header >> 20 & ~3u;
	}
	return 0;
}

static void read_header(const uint8_t *config, struct machine_function *function)
{
	bool bridge = (config[CONFIG_HEADER_TYPE] & 0x7f) == HEADER_BRIDGE;

	/* A VF has no identifiers of its own there (PCIe 9.3.4.1.1), only ones. */
	if (get16(config, CONFIG_VENDOR) == 0xffff)
		return;
	if (!function->vendor && !function->device) {
		function->vendor = get16(config, CONFIG_VENDOR);
		function->device = get16(config, CONFIG_DEVICE);
	}
	if (!function->class_code) {
		function->class_code = get32(config, CONFIG_CLASS - 1) >> 8;
		function->prog_if_known = KNOWN_YES;
	}
	if (bridge) {
		function->bridge = true;
		if (!function->secondary) {
			function->secondary = config[CONFIG_SECONDARY];
			function->subordinate = config[CONFIG_SUBORDINATE];
		}
	} else if (!function->subvendor && !function->subdevice) {
		function->subvendor = get16(config, CONFIG_SUBVENDOR);
		function->subdevice = get16(config, CONFIG_SUBDEVICE);
	}
}

static void read_reset(const uint8_t *config, size_t n, unsigned pcie,
		       struct machine_function *function)
{
	unsigned af = pci_config_capability(config, n, CAPABILITY_AF);
	bool flr = false;

	if (pcie && pcie + PCIE_DEVICE_CAPABILITIES + 4 <= n)
		flr = get32(config, pcie + PCIE_DEVICE_CAPABILITIES) & PCIE_FLR;
	if (af && af + AF_CAPABILITIES < n)
		flr = flr || (config[af + AF_CAPABILITIES] & AF_FLR);
	function->flr = flr ? KNOWN_YES : KNOWN_NO;
}

/* Bits that the port lacks count as on: it cannot do otherwise (Linux does the same). */
static enum known acs_isolates(const uint8_t *config, size_t n, unsigned at)
{
	unsigned wanted;

	if (!at)
		return KNOWN_NO;
	if (at + ACS_CONTROL + 2 > n)
		return KNOWN_UNKNOWN;
	wanted = ACS_ISOLATION & get16(config, at + ACS_CAPABILITY);
	return (get16(config, at + ACS_CONTROL) & wanted) == wanted ? KNOWN_YES
								    : KNOWN_NO;
}

/* Bits 5 to 0 of these registers have the order of the constants ACS_... */
static void read_acs(const uint8_t *config, size_t n, struct machine_peer *peer)
{
	unsigned at = pci_config_extended(config, n, EXTENDED_ACS);

	if (!at) {
		peer->acs = ABILITY_NONE;
		return;
	}
	if (at + ACS_CONTROL + 2 > n)
		return;
	peer->acs_can = get16(config, at + ACS_CAPABILITY) & 0x7f;
	peer->acs_on = get16(config, at + ACS_CONTROL) & 0x7f;
	peer->acs = peer->acs_on ? ABILITY_ON : ABILITY_OFF;
}

static void read_ats(const uint8_t *config, size_t n, struct machine_peer *peer)
{
	unsigned at = pci_config_extended(config, n, EXTENDED_ATS);

	if (!at)
		peer->ats = ABILITY_NONE;
	else if (at + ATS_CONTROL + 2 <= n)
		peer->ats = get16(config, at + ATS_CONTROL) & ATS_ENABLE ? ABILITY_ON
									 : ABILITY_OFF;
}

/* What is part of the root complex has no link. */
static bool has_link(enum pcie_type type)
{
	return type != PCIE_NONE && type != PCIE_UNKNOWN &&
	       type != PCIE_INTEGRATED_ENDPOINT && type != PCIE_EVENT_COLLECTOR;
}

/* The function's side of the link above it, or a port's side of the one below. */
static void read_link(const uint8_t *config, size_t n, unsigned pcie,
		      struct machine_link *link)
{
	static const uint32_t mt_s[16] = {0, 2500, 5000, 8000, 16000, 32000, 64000};
	unsigned most, now;

	if (!pcie || pcie + PCIE_LINK_STATUS + 2 > n)
		return;
	most = get32(config, pcie + PCIE_LINK_CAPABILITIES) & 0x3ff;
	now = get16(config, pcie + PCIE_LINK_STATUS) & 0x3ff;
	*link = (struct machine_link){.speed_mt_s = mt_s[now & 0xf],
				      .width = now >> 4,
				      .max_speed_mt_s = mt_s[most & 0xf],
				      .max_width = most >> 4};
}

static void read_extended(const uint8_t *config, size_t n,
			  struct machine_function *function)
{
	unsigned sriov = pci_config_extended(config, n, EXTENDED_SRIOV);

	function->acs =
		acs_isolates(config, n, pci_config_extended(config, n, EXTENDED_ACS));
	read_acs(config, n, &function->peer);
	read_ats(config, n, &function->peer);
	if (!sriov || sriov + SRIOV_NUM_VFS + 2 > n || function->total_vfs >= 0)
		return;
	function->total_vfs = get16(config, sriov + SRIOV_TOTAL_VFS);
	function->num_vfs = get16(config, sriov + SRIOV_NUM_VFS);
}

/* 2, 3, and 11 and above are reserved. */
static enum pcie_type pcie_type(const uint8_t *config, size_t n, unsigned pcie)
{
	unsigned type;

	if (!pcie)
		return PCIE_NONE;
	if (pcie + PCIE_FLAGS + 2 > n)
		return PCIE_UNKNOWN;
	type = get16(config, pcie + PCIE_FLAGS) >> 4 & 0xf;
	if (type == 2 || type == 3 || type > PCIE_EVENT_COLLECTOR)
		return PCIE_UNKNOWN;
	return (enum pcie_type)type;
}

/* A function that has been removed returns ones. */
static bool answers(const uint8_t *config)
{
	return get16(config, CONFIG_VENDOR) != 0xffff ||
	       config[CONFIG_HEADER_TYPE] != 0xff;
}

void pci_config_read(const uint8_t *config, size_t n, struct machine_function *function)
{
	unsigned pcie;

	if (n < CONFIG_STANDARD_BYTES || !answers(config))
		return;
	read_header(config, function);
	if (!(get16(config, CONFIG_STATUS) & STATUS_HAS_CAPABILITIES)) {
		function->pcie_type = PCIE_NONE;
		function->flr = function->acs = KNOWN_NO;
		function->peer.acs = function->peer.ats = ABILITY_NONE;
		return;
	}
	if (n <= CONFIG_STANDARD_BYTES)
		return;
	pcie = pci_config_capability(config, n, CAPABILITY_PCIE);
	function->pcie_type = pcie_type(config, n, pcie);
	read_reset(config, n, pcie, function);
	if (has_link(function->pcie_type))
		read_link(config, n, pcie, &function->link);
	if (n > CONFIG_EXTENDED)
		read_extended(config, n, function);
	else if (!pcie) {
		function->acs = KNOWN_NO;
		function->peer.acs = function->peer.ats = ABILITY_NONE;
	}
}

uint32_t pci_link_speed(const char *speed)
{
	unsigned whole, tenth = 0;

	if (sscanf(speed, "%3u.%1u", &whole, &tenth) < 1)
		return 0;
	return whole * 1000 + tenth * 100;
}

uint32_t pci_link_width(const char *width)
{
	unsigned lanes;

	return sscanf(width, "%3u", &lanes) == 1 && lanes <= 32 ? lanes : 0;
}

uint32_t pci_link_data(uint32_t speed_mt_s, uint32_t width)
{
	uint64_t mb_s = (uint64_t)speed_mt_s * width / 8;

	if (width > 32 || speed_mt_s > 999900)
		return 0;
	if (speed_mt_s < 6000)
		return (uint32_t)(mb_s * 8 / 10);
	return (uint32_t)(speed_mt_s < 33000 ? mb_s * 128 / 130 : mb_s * 242 / 256);
}

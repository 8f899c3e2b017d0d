/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/test.h"

#include "partition/qcow2.h"

#include <stdlib.h>
#include <string.h>

/* A version 3 header of 1 GiB with 64 KiB clusters, and the result of single edits. */
static const uint8_t good[512] = {
	'Q',         'F',         'I', 0xfb, 0, 0, 0, 3, [23] = 16, /* cluster_bits */
	[28] = 0x40,                                                /* 1 GiB */
	[39] = 2,                                                   /* l1_size */
	[45] = 3, /* l1_table_offset 0x30000 */
	[53] = 1, /* refcount_table_offset 0x10000 */
	[59] = 1, /* refcount_table_clusters */
	[99] = 4,    [103] = 104,
};

struct edit {
	unsigned at, n;
	uint8_t bytes[24];
};

static void refusals(void **state)
{
	static const struct {
		struct edit edit;
		const char *message;
	} rows[] = {
		{{0, 1, {'X'}}, "it has no qcow2 header"},
		{{7, 1, {4}}, "its qcow2 version is 4, not 2 or 3"},
		{{23, 1, {8}}, "its clusters have 2^8 bytes, not 2^9 to 2^21"},
		{{23, 1, {22}}, "its clusters have 2^22 bytes, not 2^9 to 2^21"},
		{{20, 1, {0xff}},
		 "its clusters have 2^4278190096 bytes, not 2^9 to 2^21"},
		{{35, 1, {3}}, "its encryption method is 3, not 0 to 2"},
		{{24, 1, {0x80}},
		 "its capacity, 9223372037928517632 bytes, is too large"},
		{{36, 1, {1}}, "its L1 table has 16777218 entries, more than 4194304"},
		{{39, 1, {1}},
		 "its L1 table has 1 entries, but 2 are needed for its capacity"},
		{{59, 1, {0}},
		 "its refcount table has 0 clusters, which is not plausible"},
		{{58, 1, {1}},
		 "its refcount table has 257 clusters, which is not plausible"},
		{{46, 1, {1}}, "a table does not begin on a cluster boundary"},
		{{60, 1, {1}}, "it claims to have 16777216 snapshots, too many"},
		{{79, 1, {0x20}}, "it has incompatible features (0x20) that are unknown"},
		{{79, 1, {4}}, "its data is in a data file that it does not name"},
		{{99, 1, {7}}, "its refcount order is 7, above 6"},
		{{103, 1, {72}}, "its header has 72 bytes, fewer than 104"},
		{{102, 1, {3}}, "its header of 872 bytes is truncated"},
		{{15, 1, {50}},
		 "the name of its backing file is outside the header's cluster"},
		{{14, 6, {1, 0x40, 0, 0, 0, 0}},
		 "the name of the backing file is empty or too long: 0 bytes"},
		{{14, 6, {1, 0x40, 0, 0, 1, 0}},
		 "the name of its backing file is outside the header's cluster"},
		{{14, 6, {1, 0x40, 0, 0, 0, 4}},
		 "the name of the backing file contains a NUL byte"},
		{{104, 8, {1, 2, 3, 4, 0, 0, 1, 0x99}},
		 "header extension 0x01020304 of 409 bytes extends past the header's cluster"},
		{{104, 8, {0x05, 0x37, 0xbe, 0x77, 0, 0, 0, 8}},
		 "the LUKS extension has 8 bytes, not 16"},
		{{104, 8, {0x05, 0x37, 0xbe, 0x77, 0, 0, 0, 16}},
		 "the LUKS header has 0 bytes, which is not a plausible length"},
		{{104, 8, {0x23, 0x85, 0x28, 0x75, 0, 0, 0, 24}},
		 "it claims to have 0 bitmaps, which is not plausible"},
		{{104, 12, {0x23, 0x85, 0x28, 0x75, 0, 0, 0, 24, 0, 0, 0, 1}},
		 "its bitmap directory has 0 bytes, which cannot be right for 1 bitmaps"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_error_ struct error error = {};
		struct qcow2_header header;
		uint8_t bytes[sizeof(good)];

		memcpy(bytes, good, sizeof(good));
		memcpy(bytes + rows[i].edit.at, rows[i].edit.bytes, rows[i].edit.n);
		assert_int_equal(qcow2_read_header(bytes, sizeof(bytes), &header, &error),
				 -1);
		assert_string_equal(error.message, rows[i].message);
		assert_int_equal(error.status, STATUS_INPUT);
	}
}

/* Every shorter header is rejected or read, never overrun (ASan checks that). */
static void cut_off(void **state)
{
	(void)state;
	for (size_t n = 0; n < sizeof(good); n++) {
		_cleanup_error_ struct error error = {};
		struct qcow2_header header;
		uint8_t *bytes = malloc(n + 1);

		memcpy(bytes + 1, good, n);
		if (n < 104)
			assert_int_equal(qcow2_read_header(bytes + 1, n, &header, &error),
					 -1);
		else
			assert_int_equal(qcow2_read_header(bytes + 1, n, &header, &error),
					 0);
		free(bytes);
	}
}

static void reading(void **state)
{
	static const uint8_t names[] = {
		0xe2, 0x79, 0x2a, 0xca, 0,    0, 0, 3, 'r', 'a', 'w', 0,   0,   0,   0,
		0,    0x44, 0x41, 0x54, 0x41, 0, 0, 0, 8,   'd', 'a', 't', 'a', '.', 'r',
		'a',  'w',  0,    0,    0,    0, 0, 0, 0,   0,   'b', 'a', 's', 'e',
	};
	_cleanup_qcow2_header_ struct qcow2_header header = {};
	_cleanup_error_ struct error error = {};
	uint8_t bytes[sizeof(good)];

	(void)state;
	memcpy(bytes, good, sizeof(good));
	memcpy(bytes + 104, names, sizeof(names));
	bytes[15] = 144;
	bytes[19] = 4;
	bytes[79] = 0x15; /* dirty, data file, extended L2 */
	bytes[39] = 4;
	assert_int_equal(qcow2_read_header(bytes, sizeof(bytes), &header, &error), 0);
	assert_string_equal(header.backing_file, "base");
	assert_string_equal(header.backing_format, "raw");
	assert_string_equal(header.data_file, "data.raw");
	assert_true(header.dirty && !header.corrupt && header.options.extended_l2);
	assert_int_equal(header.options.capacity_bytes, 1 << 30);
	assert_int_equal(header.options.refcount_bits, 16);
	assert_int_equal(header.l1_offset, 0x30000);
}

/* Results of qemu-img measure for 40 GiB, minus the 40 GiB. */
static void sizes(void **state)
{
	static const struct {
		const char *option;
		uint64_t beyond_bytes;
	} rows[] = {
		{"compat=1.1", 6815744},        {"cluster_size=4096", 105123840},
		{"cluster_size=2M", 10485760},  {"refcount_bits=1", 5570560},
		{"refcount_bits=64", 10747904}, {"encrypt.format=luks", 8912896},
		{"lazy_refcounts=on", 6815744},
	};
	struct qcow2_options options = qcow2_defaults(UINT64_C(40) << 30);
	_cleanup_error_ struct error error = {};

	(void)state;
	assert_int_equal(qcow2_new_bytes(&options), 197248);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		options = qcow2_defaults(UINT64_C(40) << 30);
		assert_int_equal(qcow2_set_option(&options, rows[i].option, &error), 0);
		assert_int_equal(qcow2_full_bytes(&options, true) -
					 options.capacity_bytes,
				 rows[i].beyond_bytes);
	}
}

static void options(void **state)
{
	static const char *const bad[] = {
		"cluster_size=256",         "cluster_size=4M", "cluster_size=5000",
		"cluster_size=x",           "refcount_bits=3", "refcount_bits=128",
		"extended_l2=maybe",        "data_file=",      "encrypt.format=aes",
		"encrypt.cipher-alg=rot13", "frobnicate=1",    "compat",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct qcow2_options wanted = qcow2_defaults(1);
		_cleanup_error_ struct error error = {};

		assert_int_equal(qcow2_set_option(&wanted, bad[i], &error), -1);
		assert_non_null(error.message);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refusals), cmocka_unit_test(cut_off),
		cmocka_unit_test(reading),  cmocka_unit_test(sizes),
		cmocka_unit_test(options),
	};

	return RUN_TESTS(tests);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Compares schemas/disk.rng with the reader of requests: both accept valid ones and
 * reject those with a wrong format; only the reader rejects those with wrong values (not
 * a UUID, a share of 200 %). A valid request that was damaged in one place is rejected by
 * the reader whenever the schema rejects it.
 */
#include "tests/unit/test.h"

#include "base/file.h"
#include "partition/disk-request-read-parts.h"
#include "tests/schema-judge.h"

static bool reader_takes(const struct document *document)
{
	_cleanup_disk_request_ struct disk_request request;
	_cleanup_error_ struct error error = {};

	disk_request_init(&request);
	return disk_request_read_xml("test.xml", document->text.s, document->text.n,
				     &request, &error) == 0;
}

static enum verdict judge_bytes(xmlRelaxNG *schema, const char *string)
{
	_cleanup_text_ struct text text = {};
	_cleanup_document_ struct document document = {};

	text_adds(&text, string);
	parse(&text, &document);
	return judge(schema, &document, reader_takes);
}

#define SIZE "<size unit='GiB'>20</size>"
#define PART "<size unit='MiB'>512</size>"

static const char *const good[] = {
	"<disk/>",
	"<disk label='mbr'>" SIZE "</disk>",
	"<disk label='dos' sectorSize='4096'><minimal/></disk>",
	"<disk><minimal>no</minimal></disk>",
	"<disk>" SIZE "<align unit='KiB'>4</align><align unit='MiB'>3</align></disk>",
	"<disk>" SIZE "<align at='end' rule='strict'/></disk>",
	"<disk><seed rule='own'>any words</seed><entries>256</entries>" SIZE "</disk>",
	"<disk>" SIZE "<firstLba>34</firstLba><lastLba>9999999</lastLba></disk>",
	"<disk>" SIZE "<cluster unit='bytes'>65536</cluster><partition/></disk>",
	"<disk><partition>" PART "</partition>" SIZE "<!-- behind --></disk>",
	"<disk>" SIZE "<partition><size>rest</size></partition></disk>",
	"<disk>" SIZE "<partition><size>12.5%</size></partition></disk>",
	"<disk>" SIZE "<partition number='7' type='esp' name='a b'>" PART
	"<attribute>required</attribute><attribute>60</attribute></partition></disk>",
	"<disk label='dos'>" SIZE "<partition kind='logical' active='no'>" PART
	"</partition></disk>",
	"<disk>" SIZE "<partition><min unit='MiB'>1</min><max unit='MiB'>9</max>"
	"<weight>3</weight><padding unit='s'>8</padding></partition></disk>",
	"<disk>" SIZE "<partition><start unit='MiB'>1</start><align at='none'/>" PART
	"</partition></disk>",
	"<disk>" SIZE "<partition><size unit='GiB'> 1.5 </size></partition></disk>",
};

/* Wrong format. */
static const char *const bad[] = {
	"<disks/>",
	"<disk label='bsd'>" SIZE "</disk>",
	"<disk labels='gpt'>" SIZE "</disk>",
	"<disk sectorSize='1024'>" SIZE "</disk>",
	"<disk>" SIZE SIZE "</disk>",
	"<disk>" SIZE "<minimal/></disk>",
	"<disk><minimal>perhaps</minimal></disk>",
	"<disk><size>20</size></disk>",
	"<disk><size unit='GiB'>twenty</size></disk>",
	"<disk><size unit='GiB'>-1</size></disk>",
	"<disk><size unit='GiB' at='end'>20</size></disk>",
	"<disk>" SIZE "words</disk>",
	"<disk>" SIZE "<align at='middle'/></disk>",
	"<disk>" SIZE "<align rule='loose'/></disk>",
	"<disk>" SIZE "<entries>many</entries></disk>",
	"<disk>" SIZE "<entries>128</entries><entries>128</entries></disk>",
	"<disk>" SIZE "<seed rule='dice'>x</seed></disk>",
	"<disk>" SIZE "<colour/></disk>",
	"<disk>" SIZE "<partition colour='red'/></disk>",
	"<disk>" SIZE "<partition number='one'/></disk>",
	"<disk>" SIZE "<partition kind='tertiary'/></disk>",
	"<disk>" SIZE "<partition active='maybe'/></disk>",
	"<disk>" SIZE "<partition><colour/></partition></disk>",
	"<disk>" SIZE "<partition>" PART PART "</partition></disk>",
	"<disk>" SIZE "<partition><size>512</size></partition></disk>",
	"<disk>" SIZE "<partition><size>half</size></partition></disk>",
	"<disk>" SIZE "<partition><weight>1.5</weight></partition></disk>",
	"<disk>" SIZE
	"<partition><weight>1</weight><weight>2</weight></partition></disk>",
	"<disk>" SIZE "<partition><align rule='tight'/></partition></disk>",
	"<disk>" SIZE "<partition>words</partition></disk>",
	"<disk>" SIZE "<partition><start unit='MiB'><b/>1</start></partition></disk>",
	"<disk xmlns='urn:other'>" SIZE "</disk>",
	"<disk>" SIZE "<x:partition xmlns:x='urn:other'/></disk>",
};

/* Wrong values. */
static const char *const senseless[] = {
	"<disk uuid='not one'>" SIZE "</disk>",
	"<disk><size unit='XiB'>20</size></disk>",
	"<disk><size unit='EiB'>20</size></disk>",
	"<disk><size unit='GiB'>1.2.3</size></disk>",
	"<disk>" SIZE "<entries>4000000000</entries></disk>",
	"<disk>" SIZE "<partition uuid='12'/></disk>",
	"<disk>" SIZE "<partition><attribute>shiny</attribute></partition></disk>",
	"<disk>" SIZE "<partition><size>200%</size></partition></disk>",
};

static void expect_all(xmlRelaxNG *schema, const char *const *list, size_t n,
		       enum verdict wanted)
{
	static const char *const names[] = {"both take", "both refuse",
					    "the reader alone refuses",
					    "the schema alone refuses"};
	bool same = true;

	for (size_t i = 0; i < n; i++) {
		enum verdict verdict = judge_bytes(schema, list[i]);

		if (verdict != wanted)
			print_error("%s: %s\n", names[verdict], list[i]);
		same &= verdict == wanted;
	}
	assert_true(same);
}

static void both_agree(void **state)
{
	expect_all(*state, good, ARRAY_SIZE(good), BOTH_TAKE);
	expect_all(*state, bad, ARRAY_SIZE(bad), BOTH_REFUSE);
	expect_all(*state, senseless, ARRAY_SIZE(senseless), READER_REFUSES);
}

static void files(void **state)
{
	static const char *const names[] = {"layout.xml", "bad.xml"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		_cleanup_free_ char *path =
			xasprintf(SOURCE_DIR "/tests/disks/%s", names[i]);
		_cleanup_text_ struct text text = {};
		_cleanup_error_ struct error error = {};

		assert_int_equal(file_read(path, 65536, &text, &error), 0);
		assert_int_equal(judge_bytes(*state, text.s),
				 i ? BOTH_REFUSE : BOTH_TAKE);
	}
}

static void spoilt_requests(void **state)
{
	size_t counts[VERDICTS] = {};
	struct dice dice = {1};

	for (int i = 0; i < 2000; i++) {
		_cleanup_text_ struct text text = {};

		text_adds(&text, good[(size_t)i % ARRAY_SIZE(good)]);
		judge_spoilt(*state, &dice, &text, reader_takes, counts);
	}
	print_verdicts(counts);
	assert_true(counts[BOTH_REFUSE] > 500 && counts[BOTH_TAKE] > 100);
}

static int begin(void **state)
{
	*state = read_schema(SOURCE_DIR "/schemas/disk.rng");
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_agree),
		cmocka_unit_test(files),
		cmocka_unit_test(spoilt_requests),
	};

	return cmocka_run_group_tests(tests, begin, free_schema);
}

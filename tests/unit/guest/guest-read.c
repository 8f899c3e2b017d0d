/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/test.h"

#include "planner/guest/read.h"

#include <dirent.h>

/* A document and what was read from it. */
struct bench {
	struct document document;
	struct guest guest;
};

static void read_text(struct bench *bench, const char *text)
{
	_cleanup_error_ struct error error = {};

	*bench = (struct bench){};
	if (document_parse("f.xml", text, strlen(text), &bench->document, &error) < 0 ||
	    guest_read(&bench->document, &bench->guest, &error) < 0)
		fail_msg("%s", error.message);
}

static void bench_free(struct bench *bench)
{
	guest_free(&bench->guest);
	document_free(&bench->document);
}

/* The domain with @inner in it. */
static void read_with(struct bench *bench, const char *format, const char *inner)
{
	_cleanup_text_ struct text text = {};

	text_adds(&text, "<domain type='kvm'>");
	text_printf(&text, format, inner);
	text_adds(&text, "</domain>");
	read_text(bench, text.s);
}

static void nothing(void **state)
{
	struct bench bench;

	(void)state;
	read_text(&bench, "<domain/>");
	assert_null(bench.guest.type);
	assert_int_equal(bench.guest.memory_element, -1);
	assert_int_equal(bench.guest.devices_element, -1);
	assert_int_equal(bench.guest.vcpus.state, VALUE_ABSENT);
	assert_int_equal(bench.guest.cells.n, 0);
	assert_int_equal(bench.guest.complaints.n, 0);
	bench_free(&bench);
}

/* libvirt 9.0 writes the cells of such a domain back in the order of their ids. */
static void cells_by_id(void **state)
{
	struct bench bench;

	(void)state;
	read_with(&bench, "<cpu><numa>%s</numa></cpu>",
		  "<cell id='1' cpus='0-2' memory='2048'/>"
		  "<cell id='0' cpus='3' memory='1024'/>");
	assert_int_equal(bench.guest.cells.n, 2);
	assert_int_equal(bench.guest.cells.v[0].id.value, 0);
	assert_true(set_has(&bench.guest.cells.v[0].cpus.set, 3));
	assert_int_equal(bench.guest.cells.v[1].memory_bytes.value, 2048 * 1024);
	bench_free(&bench);
	/* What libvirt refuses keeps its order. */
	read_with(&bench, "<cpu><numa>%s</numa></cpu>",
		  "<cell id='1' cpus='0' memory='1'/><cell id='1' cpus='1' memory='2'/>");
	assert_int_equal(bench.guest.cells.v[0].memory_bytes.value, 1024);
	bench_free(&bench);
	read_with(&bench, "<cpu><numa>%s</numa></cpu>",
		  "<cell id='7' cpus='0' memory='1'/><cell id='0' cpus='1' memory='2'/>");
	assert_int_equal(bench.guest.cells.v[0].id.value, 7);
	bench_free(&bench);
}

/*
 * What libvirt 9.0's parser answered to each of these (virsh -c test:///default define,
 * then dumpxml): -1 is a refusal.
 */
struct answer {
	const char *text;
	long long value;
};

static void assert_number(struct guest_number number, const struct answer *answer)
{
	if (answer->value < 0) {
		assert_int_equal(number.state, VALUE_MALFORMED);
		return;
	}
	assert_int_equal(number.state, VALUE_VALID);
	assert_int_equal(number.value, answer->value);
}

static void decimal_numbers(void **state)
{
	static const struct answer answers[] = {
		{"4", 4},    {" 4 ", -1}, {"\n4", 4},         {"4\n", -1},
		{"0x4", -1}, {"010", 10}, {"+4", 4},          {"4.0", -1},
		{"", -1},    {"-4", -1},  {"4294967296", -1},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(answers); i++) {
		struct bench bench;

		read_with(&bench, "<vcpu>%s</vcpu>", answers[i].text);
		assert_number(bench.guest.vcpus, &answers[i]);
		assert_int_equal(bench.guest.complaints.n, answers[i].value < 0);
		bench_free(&bench);
	}
}

/* libvirt: zero threads are not permitted, an empty <node/> counts as absent. */
static void special_numbers(void **state)
{
	struct bench bench;

	(void)state;
	read_text(&bench,
		  "<domain><cpu><topology threads='0' cores='1'/></cpu><devices>"
		  "<controller type='pci'><target><node></node></target></controller>"
		  "<memory><target><node></node></target></memory>"
		  "</devices></domain>");
	assert_int_equal(bench.guest.threads.state, VALUE_MALFORMED);
	assert_true(number_is(bench.guest.cores, 1));
	assert_int_equal(bench.guest.controllers.v[0].node.state, VALUE_ABSENT);
	assert_int_equal(bench.guest.devices.v[0].node.state, VALUE_MALFORMED);
	bench_free(&bench);
}

static void any_numbers(void **state)
{
	static const struct answer answers[] = {
		{"010", 8}, {"08", -1}, {" 5", 5}, {"5 ", -1}, {"+5", 5},
		{"0X5", 5}, {"0x", -1}, {"", -1},  {"-1", -1}, {"0x1f", 31},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(answers); i++) {
		struct bench bench;

		read_with(&bench,
			  "<devices><video><address type='pci' "
			  "slot='%s'/></video></devices>",
			  answers[i].text);
		assert_number(bench.guest.devices.v[0].address.slot, &answers[i]);
		assert_int_equal(bench.guest.devices.v[0].address.state,
				 answers[i].value < 0 ? VALUE_MALFORMED : VALUE_VALID);
		bench_free(&bench);
	}
}

static void sizes(void **state)
{
	static const struct {
		const char *attribute, *content;
		long long kib; /* as libvirt returned it */
	} rows[] = {
		{"", "1048576", 1048576},
		{"", " 1048576", 1048576},
		{"", "1048576 ", -1},
		{"", "0x100000", -1},
		{"unit='GiB'", "40000", 41943040000},
		{"unit='g'", "40000", 41943040000},
		{"unit='T'", "40000", 42949672960000},
		{"unit='kB'", "40000", 39063},
		{"unit='b'", "4000000000", 3906250},
		{"unit='bytes'", "4000000000", 3906250},
		{"unit='Gib'", "40000", 41943040000},
		{"unit=''", "40000", 40000},
		{"unit='mb'", "40000", 39062500},
		{"unit='MIB'", "40000", 40960000},
		{"unit='1'", "40000", -1},
		{"unit='EiB'", "8", -1},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_free_ char *xml = xasprintf("<memory %s>%s</memory>",
						     rows[i].attribute, rows[i].content);
		struct bench bench;

		read_with(&bench, "%s", xml);
		assert_int_equal(bench.guest.memory_bytes.state,
				 rows[i].kib < 0 ? VALUE_MALFORMED : VALUE_VALID);
		if (rows[i].kib >= 0)
			assert_int_equal(bench.guest.memory_bytes.value / 1024,
					 rows[i].kib);
		assert_int_equal(bench.guest.complaints.n, rows[i].kib < 0);
		bench_free(&bench);
	}
}

static void sets(void **state)
{
	static const struct {
		const char *text, *set; /* NULL: libvirt refuses it */
	} rows[] = {
		{"0-3", "0-3"},     {"0-3,^1", "0,2-3"}, {"^1,0-3", "0-3"},
		{"0-3,^1-2", NULL}, {"1 2", NULL},       {"0,,1", NULL},
		{",0", NULL},       {"0-3,", "0-3"},     {"0;1", NULL},
		{"0-", NULL},       {"a", NULL},         {"0x1", NULL},
		{"+1", NULL},       {"0-3,^9", "0-3"},   {" ", NULL},
		{"16383", "16383"}, {"16384", NULL},     {"0\n-\t3", "0-3"},
		{"1,^1", NULL},     {"", NULL},          {" 0 - 3 , 5", "0-3,5"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_text_ struct text text = {};
		struct bench bench;

		read_with(&bench, "<vcpu cpuset='%s'>9</vcpu>", rows[i].text);
		assert_int_equal(bench.guest.vcpu_cpuset.state,
				 rows[i].set ? VALUE_VALID : VALUE_MALFORMED);
		text_add_set(&text, &bench.guest.vcpu_cpuset.set);
		assert_string_equal(text.s ? text.s : "", rows[i].set ? rows[i].set : "");
		bench_free(&bench);
	}
}

static void addresses(void **state)
{
	static const struct {
		const char *xml;
		enum value_state state;
		const char *complaint; /* attribute */
		bool automatic;
	} rows[] = {
		{"", VALUE_ABSENT, NULL, true},
		{"<address type='pci'/>", VALUE_VALID, NULL, true},
		{"<address type='pci' function='2'/>", VALUE_VALID, NULL, true},
		{"<address type='pci' slot='1'/>", VALUE_VALID, NULL, false},
		{"<address type='pci' slot='0x20'/>", VALUE_MALFORMED, "slot", false},
		{"<address type='pci' bus='256'/>", VALUE_MALFORMED, "bus", false},
		{"<address type='pci' function='8'/>", VALUE_MALFORMED, "function",
		 false},
		{"<address type='pci' domain='z'/>", VALUE_MALFORMED, "domain", false},
		{"<address type='pci' domain='0x10000' slot='1'/>", VALUE_VALID, NULL,
		 false},
		{"<address type='pci' slot='1' multifunction='yes'/>", VALUE_VALID,
		 "multifunction", false},
		{"<address type='usb' bus='1' port='2'/>", VALUE_ABSENT, NULL, false},
		{"<address type='foo'/>", VALUE_MALFORMED, "type", false},
		{"<address slot='3'/>", VALUE_MALFORMED, "type", true},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct bench bench;
		struct guest_address *address;

		read_with(&bench, "<devices><video>%s</video></devices>", rows[i].xml);
		address = &bench.guest.devices.v[0].address;
		assert_int_equal(address->state, rows[i].state);
		assert_int_equal(guest_address_automatic(address), rows[i].automatic);
		assert_int_equal(bench.guest.complaints.n, rows[i].complaint != NULL);
		if (rows[i].complaint)
			assert_string_equal(bench.guest.complaints.v[0].attribute,
					    rows[i].complaint);
		bench_free(&bench);
	}
}

static void complaint(void **state)
{
	struct bench bench;

	(void)state;
	read_text(&bench, "<domain>\n<devices>\n<iommu model='intel'>\n"
			  "<driver intremap='yes' aw_bits='0x30'/></iommu>\n"
			  "<memory><target><node>x </node></target></memory>"
			  "</devices></domain>");
	assert_int_equal(bench.guest.complaints.n, 3);
	assert_string_equal(bench.guest.complaints.v[0].attribute, "intremap");
	assert_string_equal(bench.guest.complaints.v[0].text, "yes");
	assert_string_equal(bench.guest.complaints.v[0].expected, "on or off");
	assert_int_equal(bench.guest.complaints.v[0].element, 3);
	assert_int_equal(bench.guest.complaints.v[1].element, 3);
	assert_string_equal(bench.guest.complaints.v[1].expected,
			    "a decimal number in the permitted range");
	assert_null(bench.guest.complaints.v[2].attribute);
	assert_string_equal(bench.guest.complaints.v[2].text, "x ");
	bench_free(&bench);
}

/* Most of what guest-read reads. */
static const char seed_domain[] =
	"<domain type='kvm' xmlns:q='http://libvirt.org/schemas/domain/qemu/1.0'>"
	"<name>n</name><memory unit='GiB'>8</memory><vcpu current='2'>8</vcpu>"
	"<os firmware='efi'><type arch='x86_64' machine='pc-q35-7.2'>hvm</type>"
	"<loader secure='yes' type='pflash'>/l</loader></os>"
	"<features><acpi/><ioapic driver='qemu'/></features>"
	"<cpu mode='host-passthrough'><topology sockets='1' cores='8' "
	"threads='1'/>"
	"<feature policy='require' name='vmx'/><numa>"
	"<cell cpus='0-3' memory='4' unit='GiB'><distances>"
	"<sibling id='1' value='21'/></distances></cell>"
	"<cell id='1' cpus='4-7' memory='4' unit='GiB' memAccess='shared'/>"
	"<interconnects><latency initiator='0' target='1' type='access' "
	"value='5'/>"
	"<bandwidth initiator='0' target='1' type='access' value='2' unit='MiB'/>"
	"</interconnects></numa></cpu>"
	"<memoryBacking><hugepages><page size='2' unit='M' "
	"nodeset='0'/></hugepages>"
	"<locked/></memoryBacking><memtune><hard_limit unit='KiB'>5</hard_limit>"
	"</memtune><numatune><memory mode='strict' nodeset='0-1'/>"
	"<memnode cellid='1' mode='strict' nodeset='1'/></numatune>"
	"<cputune><vcpupin vcpu='3' cpuset='7'/><emulatorpin cpuset='1'/>"
	"<iothreadpin iothread='1' cpuset='2'/></cputune>"
	"<devices><emulator>/e</emulator><x:disk xmlns:x='u'/>"
	"<controller type='pci' index='0' model='pcie-root'/>"
	"<controller type='pci' index='1' model='pcie-expander-bus'>"
	"<model name='pxb-pcie'/><target "
	"busNr='0x80'><node>1</node></target></controller>"
	"<controller type='pci' index='2' model='pcie-root-port'>"
	"<target chassis='2' port='0x10' hotplug='off' memReserve='8192'/><alias "
	"name='ua-p'/>"
	"<address type='pci' bus='0x01' slot='0x00' function='0x0' "
	"multifunction='on'/></controller>"
	"<hostdev mode='subsystem' type='pci' managed='yes'><driver name='vfio'/>"
	"<source><address domain='0x10000' bus='0x3b' slot='0x00' "
	"function='0x1'/>"
	"</source><rom enabled='no'/></hostdev>"
	"<hostdev mode='subsystem' type='usb'><source><address bus='1' "
	"device='2'/>"
	"</source></hostdev>"
	"<interface type='hostdev'><mac address='52:54:00:00:00:01'/><source>"
	"<address type='pci' bus='4' slot='0'/></source></interface>"
	"<disk type='block'><source dev='/dev/x'/><target dev='sda' bus='scsi'/>"
	"<driver iothread='1' iommu='on'/>"
	"<address type='drive' controller='2' unit='1'/></disk>"
	"<iommu model='intel'><driver intremap='on' caching_mode='on' "
	"iotlb='off'/>"
	"</iommu></devices>"
	"<q:commandline><q:arg value='-x'/><q:arg value='y'/></q:commandline>"
	"<metadata/></domain>";

static void expect_cells(const struct guest *guest)
{
	assert_int_equal(guest->complaints.n, 0);
	assert_true(guest_is_q35(guest));
	assert_int_equal(guest->memory_bytes.value, 8ull << 30);
	assert_true(number_is(guest->current_vcpus, 2) && number_is(guest->vcpus, 8));
	assert_string_equal(guest->firmware, "efi");
	assert_true(switch_is(guest->loader_secure, true));
	assert_true(guest->acpi_element > 0 && guest->apic_element < 0);
	assert_string_equal(guest->ioapic_driver, "qemu");
	assert_true(number_is(guest->cores, 8));
	assert_string_equal(guest->cpu_features.v[0].name, "vmx");

	assert_int_equal(guest->cells.n, 2);
	assert_true(number_is(guest->cells.v[0].id, 0));
	assert_true(number_is(guest->cells.v[0].distances.v[0].value, 21));
	assert_true(set_has(&guest->cells.v[1].cpus.set, 7));
	assert_string_equal(guest->cells.v[1].mem_access, "shared");
	assert_true(number_is(guest->interconnects.v[0].value, 5));
	assert_true(number_is(guest->interconnects.v[1].value, 2 << 20));
	assert_true(guest->interconnects.v[1].bandwidth);

	assert_true(guest->hugepages && guest->locked && !guest->nosharepages);
	assert_true(number_is(guest->pages.v[0].size_bytes, 2 << 20));
	assert_true(number_is(guest->hard_limit_bytes, 5120));
	assert_true(set_has(&guest->numatune_nodes.set, 1));
	assert_true(number_is(guest->memnodes.v[0].cell, 1));
	assert_true(number_is(guest->vcpupins.v[0].id, 3));
	assert_true(set_has(&guest->iothreadpins.v[0].cpus.set, 2));
	assert_true(set_has(&guest->emulatorpin.set, 1));
}

static void expect_devices(const struct guest *guest)
{
	const struct guest_controller *port;

	assert_int_equal(guest->controllers.n, 3);
	assert_ptr_equal(guest_pci_controller(guest, 1), &guest->controllers.v[1]);
	assert_true(number_is(guest->controllers.v[1].bus_nr, 0x80));
	assert_true(number_is(guest->controllers.v[1].node, 1));
	assert_string_equal(guest->controllers.v[1].model_name, "pxb-pcie");
	port = &guest->controllers.v[2];
	assert_true(number_is(port->chassis, 2) && number_is(port->port, 16));
	assert_true(switch_is(port->hotplug, false));
	assert_true(number_is(port->mem_reserve_bytes, 8 << 20));
	assert_string_equal(port->alias, "ua-p");
	assert_int_equal(port->address.at.bus, 1);
	assert_false(guest_address_automatic(&port->address));
	assert_true(switch_is(port->address.multifunction, true));

	assert_int_equal(guest->devices.n, 4);
	assert_int_equal(guest->devices.v[0].source.state, VALUE_VALID);
	assert_int_equal(guest->devices.v[0].source.at.domain, 0x10000);
	assert_int_equal(guest->devices.v[0].source.at.function, 1);
	assert_string_equal(guest->devices.v[0].driver_name, "vfio");
	assert_true(switch_is(guest->devices.v[0].managed, true));
	assert_true(switch_is(guest->devices.v[0].rom_enabled, false));
	assert_int_equal(guest->devices.v[1].source.element, -1);
	assert_int_equal(guest->devices.v[2].source.at.bus, 4);
	assert_string_equal(guest->devices.v[2].mac, "52:54:00:00:00:01");
	assert_string_equal(guest->devices.v[3].bus, "scsi");
	assert_string_equal(guest->devices.v[3].source_file, "/dev/x");
	assert_true(number_is(guest->devices.v[3].controller, 2));
	assert_true(switch_is(guest->devices.v[3].driver_iommu, true));
	assert_int_equal(guest->iommus.n, 1);
	assert_true(switch_is(guest->iommus.v[0].iotlb, false));
	assert_int_equal(guest->qemu_arguments.n, 2);
	assert_string_equal(guest->qemu_arguments.v[1], "y");
	assert_false(guest->qemu_override);
	assert_true(guest->metadata_element > 0);
}

static void seed_like(void **state)
{
	struct bench bench;

	(void)state;
	read_text(&bench, seed_domain);
	expect_cells(&bench.guest);
	expect_devices(&bench.guest);
	bench_free(&bench);
}

/* As libvirt 9.0 numbers them according to `virt-layout-run dump`. */
static void indexes(void **state)
{
	static const unsigned expected[] = {0, 3, 2, 4, 1, 9, 5};
	struct bench bench;

	(void)state;
	read_text(&bench, "<domain><devices><controller type='pci' model='pcie-root'/>"
			  "<controller type='pci'/><controller type='pci' index='2'/>"
			  "<controller type='pci'/><controller type='pci' index='1'/>"
			  "<controller type='pci' index='9'/><controller type='pci'/>"
			  "<controller type='usb'/></devices></domain>");
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++)
		assert_true(number_is(bench.guest.controllers.v[i].index, expected[i]));
	assert_int_equal(bench.guest.controllers.v[7].index.state, VALUE_ABSENT);
	bench_free(&bench);
}

/* Realistic domains: no complaints, and everything is read. */
static void real_domains(void **state)
{
	DIR *directory = opendir(SOURCE_DIR "/tests/domains/real");
	const struct dirent *entry;
	int n = 0;

	(void)state;
	assert_non_null(directory);
	while ((entry = readdir(directory))) {
		_cleanup_free_ char *path =
			xasprintf(SOURCE_DIR "/tests/domains/real/%s", entry->d_name);
		_cleanup_document_ struct document document = {};
		_cleanup_error_ struct error error = {};
		_cleanup_guest_ struct guest guest = {};

		if (!has_suffix(entry->d_name, ".xml"))
			continue;
		if (document_read(path, &document, &error) < 0 ||
		    guest_read(&document, &guest, &error) < 0)
			fail_msg("%s", error.message);
		assert_int_equal(guest.complaints.n, 0);
		assert_true(guest_is_q35(&guest) ||
			    streq(entry->d_name, "nova-i440fx.xml"));
		assert_int_equal(guest.vcpus.state, VALUE_VALID);
		assert_true(guest.devices_element > 0 && guest.memory_element > 0);
		n++;
	}
	closedir(directory);
	assert_true(n >= 25);
}

static void wrong_roots(void **state)
{
	static const struct {
		const char *xml, *words;
	} rows[] = {
		{"\n<domstatus state='running'><domain/></domstatus>",
		 "f.xml:2: is not a libvirt domain but <domstatus>, libvirt's own state of a running domain; use the output of `virsh dumpxml` instead"},
		{"<domainsnapshot/>",
		 "a snapshot; use the output of `virsh dumpxml`, or"},
		{"<host/>", "f.xml:1: is not a libvirt domain: its root is <host>"},
		{"<x:domain xmlns:x='u'/>", "its root is <domain> in a namespace, not"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_document_ struct document document = {};
		_cleanup_error_ struct error error = {};
		struct guest guest;

		assert_int_equal(document_parse("f.xml", rows[i].xml, strlen(rows[i].xml),
						&document, &error),
				 0);
		assert_int_equal(guest_read(&document, &guest, &error), -1);
		assert_non_null(strstr(error.message, rows[i].words));
		assert_int_equal(error.status, STATUS_INPUT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing),
		cmocka_unit_test(cells_by_id),
		cmocka_unit_test(decimal_numbers),
		cmocka_unit_test(special_numbers),
		cmocka_unit_test(any_numbers),
		cmocka_unit_test(sizes),
		cmocka_unit_test(sets),
		cmocka_unit_test(addresses),
		cmocka_unit_test(complaint),
		cmocka_unit_test(seed_like),
		cmocka_unit_test(indexes),
		cmocka_unit_test(real_domains),
		cmocka_unit_test(wrong_roots),
	};

	return RUN_TESTS(tests);
}

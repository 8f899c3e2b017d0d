/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How <qemu:commandline> and <qemu:override> are interpreted and rebuilt. */
#include "tests/unit/test.h"

#include "planner/qemu/commandline.h"

#define SPACE "http://libvirt.org/schemas/domain/qemu/1.0"

static void read_text(const char *inner, struct document *document,
		      struct commandline *ret)
{
	_cleanup_error_ struct error error = {};
	_cleanup_text_ struct text text = {};

	text_printf(&text, "<domain xmlns:qemu='" SPACE "'>%s</domain>", inner);
	if (document_parse("f.xml", text.s, text.n, document, &error) < 0)
		fail_msg("%s", error.message);
	commandline_read(document, ret);
}

/* An option and its value; what is written again, or NULL if it is not understood. */
static const struct row {
	const char *option, *value, *again;
} rows[] = {
	{"-device", "pxb-pcie,id=x,bus=pcie.0,addr=0x10,bus_nr=128,numa_node=1",
	 "pxb-pcie,id=x,bus=pcie.0,addr=0x10.0,bus_nr=128,numa_node=1"},
	{"-device", "driver=pxb,bus_nr=0x40", "pxb,bus_nr=64"},
	{"-device", "id=p,driver=pcie-root-port,chassis=7,hotplug=false",
	 "pcie-root-port,id=p,chassis=7,hotplug=off"},
	{"-device", "pcie-root-port,addr=1e.7,multifunction",
	 "pcie-root-port,"
	 "addr=0x1e.7,multifunction=on"},
	{"-device",
	 "{\"driver\":\"pcie-root-port\",\"addr\":19,\"hotplug\":true,"
	 "\"chassis\":3}",
	 "pcie-root-port,addr=0x2.3,hotplug=on,chassis=3"},
	{"-device", "{\"driver\":\"pcie-root-port\",\"addr\":\"13\"}",
	 "pcie-root-port,addr=0x13.0"},
	{"-device", "pcie-root-port,chassis=1,chassis=2", "pcie-root-port,chassis=2"},
	{"-device", "pcie-root-port,x-speed=16,x-width=8",
	 "pcie-root-port,x-speed=16,"
	 "x-width=8"},
	{"-device", "ioh3420,slot=3", "ioh3420,slot=3"},
	{"-device", "x3130-upstream,bus=p", "x3130-upstream,bus=p"},
	{"-device", "xio3130-downstream,bus=u,chassis=9",
	 "xio3130-downstream,bus=u,"
	 "chassis=9"},
	{"--device", "intel-iommu,intremap=on,caching-mode=on,aw-bits=48",
	 "intel-iommu,intremap=on,caching-mode=on,aw-bits=48"},
	{"-device", "amd-iommu,xtsup=on", "amd-iommu,xtsup=on"},
	{"-device", "virtio-iommu,granule=host", "virtio-iommu-pci,granule=host"},
	{"-device", "arm-smmuv3,primary-bus=pcie.0,id=s",
	 "arm-smmuv3,primary-bus=pcie.0,"
	 "id=s"},
	{"-machine", "iommu=smmuv3", "iommu=smmuv3"},
	{"-object", "acpi-generic-initiator,id=g,pci-dev=d,node=1",
	 "acpi-generic-initiator,id=g,pci-dev=d,node=1"},
	{"-object", "{\"qom-type\":\"acpi-generic-initiator\",\"node\":2}",
	 "acpi-generic-initiator,node=2"},
	{"-global", "pcie-root-port.x-speed=8", "pcie-root-port.x-speed=8"},
	{"-global", "driver=pcie-root-port,property=x-width,value=4",
	 "pcie-root-port.x-width=4"},
	{"-fw_cfg", "name=opt/ovmf/X-PciMmio64Mb,string=65536",
	 "name=opt/ovmf/X-PciMmio64Mb,string=65536"},
	{"-fw_cfg", "opt/ovmf/X-PciMmio64Mb,string=1",
	 "name=opt/ovmf/X-PciMmio64Mb,"
	 "string=1"},
	/* Not understood. */
	{"-device", "vfio-pci,host=01:00.0", NULL},
	{"-device", "pcie-root-port,romfile=/etc/shadow", NULL},
	{"-device", "pcie-root-port,id=a,,romfile=x", NULL},
	{"-device", "pcie-root-port,addr=20", NULL},
	{"-device", "pcie-root-port,addr=1.8", NULL},
	{"-device", "pcie-root-port,chassis=256", NULL},
	{"-device", "pcie-root-port,chassis=010", NULL},
	{"-device", "pcie-root-port,x-speed=7", NULL},
	{"-device", "pcie-root-port,id=", NULL},
	{"-device", "pcie-root-port,id=a'b", NULL},
	{"-device", "{\"driver\":\"pcie-root-port\",\"addr\":[1]}", NULL},
	{"-device", "{\"driver\":\"pcie-root-port\"", NULL},
	{"-device", "{}", NULL},
	{"-device", "", NULL},
	{"-object", "memory-backend-file,mem-path=/x", NULL},
	{"-global", "ioh3420.x-speed=8", NULL},
	{"-global", "pcie-root-port.chassis=8", NULL},
	{"-global", "kvm-pit.lost_tick_policy=delay", NULL},
	{"-fw_cfg", "name=opt/ovmf/X-PciMmio64Mb,file=/etc/shadow", NULL},
	{"-fw_cfg", "name=opt/ovmf/X-PciMmio64Mb,string=1x", NULL},
	{"-fw_cfg", "name=opt/x,string=1", NULL},
	{"-machine", "q35,iommu=smmuv3", NULL},
	{"-chardev", "file,id=x,path=/x", NULL},
};

static void options(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_document_ struct document document = {};
		_cleanup_commandline_ struct commandline list = {};
		_cleanup_text_ struct text inner = {}, again = {}, expected = {};

		text_printf(&inner,
			    "<qemu:commandline><qemu:arg value='%s'/><qemu:arg "
			    "value='",
			    rows[i].option);
		text_add_xml(&inner, rows[i].value);
		text_adds(&inner, "'/></qemu:commandline>");
		read_text(inner.s, &document, &list);
		text_add_commandline(&again, &list, NULL, NULL);
		if (!rows[i].again) {
			if (again.n > 0)
				fail_msg("%s became %s", rows[i].value, again.s);
			assert_true(list.unknown.n > 0 || !list.additions.v[0].complete);
			continue;
		}
		assert_int_equal(list.unknown.n, 0);
		text_printf(&expected,
			    "<qemu:commandline xmlns:qemu='" SPACE
			    "'><qemu:arg value='%s'/>"
			    "<qemu:arg value='%s'/></qemu:commandline>",
			    rows[i].option + has_prefix(rows[i].option, "--"),
			    rows[i].again);
		assert_string_equal(again.s, expected.s);
	}
}

static void override(void **state)
{
	_cleanup_document_ struct document document = {};
	_cleanup_commandline_ struct commandline list = {};
	_cleanup_text_ struct text again = {};

	(void)state;
	read_text("<qemu:override><qemu:device alias='pci.3'><qemu:frontend>"
		  "<qemu:property name='x-speed' type='string' value='16'/>"
		  "<qemu:property name='romfile' type='string' value='/etc/shadow'/>"
		  "</qemu:frontend></qemu:device></qemu:override>",
		  &document, &list);
	text_add_commandline(&again, &list, NULL, NULL);
	assert_string_equal(again.s,
			    "<qemu:override xmlns:qemu='" SPACE
			    "'><qemu:device alias='pci.3'>"
			    "<qemu:frontend><qemu:property name='x-speed' type='string' "
			    "value='16'/></qemu:frontend></qemu:device></qemu:override>");
	assert_int_equal(list.unknown.n, 1);
	assert_string_equal(list.unknown.v[0].text, "pci.3 romfile");
}

/* An unknown device still has its address. */
static void places(void **state)
{
	_cleanup_document_ struct document document = {};
	_cleanup_commandline_ struct commandline list = {};

	(void)state;
	read_text("<qemu:commandline><qemu:arg value='-device'/>"
		  "<qemu:arg value='vfio-pci,host=1:0.0,bus=pci.3,addr=0x5.1'/>"
		  "<qemu:env name='A' value='b'/></qemu:commandline>",
		  &document, &list);
	assert_int_equal(list.additions.n, 1);
	assert_int_equal(list.additions.v[0].kind, ADDITION_DEVICE);
	assert_int_equal(addition_value(&list.additions.v[0], "addr")->number, 5 * 8 + 1);
	assert_int_equal(commandline_bus_index(
				 addition_text(&list.additions.v[0], "bus")),
			 3);
	assert_int_equal(list.unknown.n, 1);
	assert_int_equal(list.others.n, 1);
	assert_int_equal(commandline_bus_index("pcie.0"), 0);
	assert_int_equal(commandline_bus_index("pcie.1"), -1);
	assert_int_equal(commandline_bus_index("pci.256"), -1);
	assert_int_equal(commandline_bus_index("pci.x"), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options),
		cmocka_unit_test(override),
		cmocka_unit_test(places),
	};

	return RUN_TESTS(tests);
}

# SPDX-License-Identifier: LGPL-2.1-or-later
# patterns.py - domains of any size: each function takes a number and returns the XML of a
# domain with that many items of one kind. Each was, or could have been, a way to make a
# command slow: growth measures them, hook-large passes them to libvirt's hook.
import hashlib

OS = "<os><type arch='x86_64' machine='q35'>hvm</type></os>"


def domain(devices="", vcpus=4, before="", metadata="", features=""):
    return (f"<domain type='kvm'><name>x</name>{metadata}<memory unit='GiB'>64</memory>"
            f"<vcpu>{vcpus}</vcpu>{before}{OS}{features}\n<devices>{devices}</devices>"
            "</domain>\n")


def each(n, line):
    return "".join(line(i) + "\n" for i in range(n))


def controller(index, model, inside="", address=""):
    return f"<controller type='pci' index='{index}' model='{model}'>{inside}{address}</controller>"


def at(bus, slot, function=0):
    return (f"<address type='pci' domain='0x0000' bus='0x{bus:02x}' slot='0x{slot:02x}'"
            f" function='0x{function:x}'/>")


def nic(model="virtio", inside=""):
    return f"<interface type='user'><model type='{model}'/>{inside}</interface>"


def ports(n):
    return domain(each(n, lambda i: controller(i + 1, "pcie-root-port")))


def devices(n):
    return domain(each(n, lambda i: nic()))


def host_devices(n):
    def one(i):
        source = (f"<source><address domain='0x{i >> 13 & 0xffff:04x}'"
                  f" bus='0x{i >> 5 & 255:02x}' slot='0x{i & 31:02x}' function='0'/></source>")
        return f"<hostdev mode='subsystem' type='pci' managed='yes'>{source}</hostdev>"
    return domain(each(n, one))


def assigned(n, source, more=""):
    """
    So many host devices, whose addresses @source gives by number, on conventional bridges
    with 248 functions each, and more devices.
    """
    def one(i):
        domain, bus, rest = source(i).split(":")
        slot, function = rest.split(".")
        place = i % 248
        here = at(1 + i // 248, 1 + place // 8, place % 8)
        if place % 8 == 0:
            here = here.replace("/>", " multifunction='on'/>")
        return ("<hostdev mode='subsystem' type='pci' managed='yes'><source>"
                f"<address domain='0x{domain}' bus='0x{bus}' slot='0x{slot}'"
                f" function='0x{function}'/></source>{here}</hostdev>")
    bridges = each((n + 247) // 248, lambda i: controller(i + 1, "pcie-to-pci-bridge",
                                                          address=at(0, 1 + i)))
    return domain(bridges + each(n, one) + more)


def unplaced(n, source):
    """So many host devices, whose addresses @source gives by number, without a place in the guest."""
    def one(i):
        domain, bus, rest = source(i).split(":")
        slot, function = rest.split(".")
        return ("<hostdev mode='subsystem' type='pci' managed='yes'><source>"
                f"<address domain='0x{domain}' bus='0x{bus}' slot='0x{slot}'"
                f" function='0x{function}'/></source></hostdev>")
    return domain(each(n, one), features="<features><acpi/></features>")


def mediated(n):
    def one(i):
        return ("<hostdev mode='subsystem' type='mdev' model='vfio-pci'><source><address"
                f" uuid='c2177883-f1bb-47f0-914d-32a22e3a{i:04x}'/></source></hostdev>")
    return domain(each(n, one))


def disk(i, target, bus):
    return (f"<disk type='file' device='disk'><source file='/x{i}'/>"
            f"<target dev='{target}' bus='{bus}'/></disk>")


def disks(n):
    return domain(each(n, lambda i: disk(i, f"vd{i}", "virtio")))


def letters(i):
    name = ""
    while i >= 0:
        name = chr(ord("a") + i % 26) + name
        i = i // 26 - 1
    return name


def scsi_disks(n):
    return domain(each(n, lambda i: disk(i, "sd" + letters(i), "scsi")))


def usb_controllers(n):
    return domain(each(n, lambda i: "<controller type='usb' model='qemu-xhci'/>"))


def serial_controllers(n):
    return domain(each(n, lambda i: f"<channel type='pty'><target type='virtio' name='c{i}'/>"
                       f"<address type='virtio-serial' controller='{i}' bus='0'/></channel>"))


def memory_devices(n):
    return domain(each(n, lambda i: "<memory model='dimm'><target><size unit='MiB'>64</size>"
                       "<node>0</node></target></memory>"),
                  before="<cpu><numa><cell id='0' cpus='0-3' memory='1' unit='GiB'/></numa></cpu>")


def pins(n):
    pin = each(n, lambda i: f"<vcpupin vcpu='{i}' cpuset='{i}'/>")
    return domain(vcpus=n, before=f"<cputune>{pin}</cputune>")


def same_pins(n):
    pin = each(n, lambda i: f"<vcpupin vcpu='{i}' cpuset='0-{n}'/>")
    return domain(vcpus=n, before=f"<cputune>{pin}</cputune>")


def iothread_pins(n):
    pin = each(n, lambda i: f"<iothreadpin iothread='{i + 1}' cpuset='{i}'/>")
    return domain(before=f"<iothreads>{n}</iothreads><cputune>{pin}</cputune>")


def cells(n):
    cell = each(n, lambda i: f"<cell id='{i}' cpus='{i}' memory='64' unit='MiB'/>")
    return domain(vcpus=n, before=f"<cpu><numa>{cell}</numa></cpu>")


def distances(n):
    def one(i):
        row = "".join(f"<sibling id='{j}' value='{10 if i == j else 20}'/>" for j in range(n))
        return (f"<cell id='{i}' cpus='{i}' memory='64' unit='MiB'>"
                f"<distances>{row}</distances></cell>")
    return domain(vcpus=n, before=f"<cpu><numa>{each(n, one)}</numa></cpu>")


def deep(n):
    return domain(metadata="<metadata>" + "<a>" * n + "</a>" * n + "</metadata>")


def attributes(n):
    row = "".join(f" a{i}='x'" for i in range(n))
    return domain(f"<controller type='pci'{row}/>")


def prefixes(n):
    row = each(n, lambda i: f"<p{i}:a xmlns:p{i}='urn:x:{i}'/>")
    return domain(metadata=f"<metadata>{row}</metadata>")


def comments(n):
    return domain(each(n, lambda i: f"<!-- virt-layout: ignore port-no-acs reason {i} -->"))


def comments_used(n):
    return domain(each(n, lambda i: "<!-- virt-layout: ignore controller-index-range r -->"
                       + controller(i + 300, "pcie-root-port")))


def ignored_paths(n):
    row = each(n, lambda i: "<ignore rule='port-no-acs' reason='r'"
               f" path='/domain/devices/controller[{i}]'/>")
    return domain(each(n, lambda i: controller(i + 1, "pcie-root-port")),
                  metadata=f"<metadata><check xmlns='urn:virt-layout:check:1'>{row}</check>"
                  "</metadata>")


def same_address(n):
    return domain(each(n, lambda i: nic("e1000e", at(0, 5))))


def same_source(n):
    return domain(each(n, lambda i: "<hostdev mode='subsystem' type='pci' managed='yes'><source>"
                       "<address domain='0' bus='1' slot='0' function='0'/></source></hostdev>"))


def same_scsi_source(n):
    return domain(each(n, lambda i: "<hostdev mode='subsystem' type='scsi'><source><adapter"
                       " name='scsi_host0'/><address bus='0' target='0' unit='0'/></source>"
                       "</hostdev>"))


def same_mac(n):
    return domain(each(n, lambda i: nic(inside="<mac address='52:54:00:00:00:01'/>")))


def same_index(n):
    return domain(each(n, lambda i: controller(7, "pcie-root-port")))


def same_chassis(n):
    return domain(each(n, lambda i: controller(i + 1, "pcie-root-port",
                                               "<target chassis='1'/>")),
                  features="<features><acpi/></features>")


def expanders(n):
    return domain(each(n, lambda i: controller(i + 1, "pcie-expander-bus",
                                               f"<target busNr='{i % 256}'/>")))


def chain(n):
    return domain(each(n, lambda i: controller(i + 1, "pci-bridge",
                                               address=at(i % 256, 1))))


def functions(n):
    return domain(each(n, lambda i: nic("e1000e", at(i >> 8 & 255, i >> 3 & 31, i & 7))))


def unheaded_functions(n):
    return domain(each(n, lambda i: nic("e1000e", at(i >> 5 & 255, i & 31, 1))))


def latencies(n):
    cell = each(4, lambda i: f"<cell id='{i}' cpus='{i}' memory='64' unit='MiB'/>")
    row = each(n, lambda i: f"<latency initiator='{i % 4}' target='{i // 4 % 4}'"
               f" type='access' value='{i + 1}'/>")
    return domain(before=f"<cpu><numa>{cell}<interconnects>{row}</interconnects></numa></cpu>")


def memnodes(n):
    row = each(n, lambda i: f"<memnode cellid='{i}' mode='strict' nodeset='{i}'/>")
    return domain(before=f"<numatune>{row}</numatune>")


def pages(n):
    row = each(n, lambda i: f"<page size='2' unit='MiB' nodeset='{i}'/>")
    return domain(before=f"<memoryBacking><hugepages>{row}</hugepages></memoryBacking>")


def arguments(n):
    row = each(n, lambda i: f"<q:arg value='-x{i}'/>")
    return domain(metadata="<q:commandline xmlns:q='http://libvirt.org/schemas/domain/qemu/1.0'>"
                  f"{row}</q:commandline>")


def bad_values(n):
    return domain(each(n, lambda i: nic("e1000e", "<address type='pci' bus='x'/>")))


def without_iommu(n):
    return domain("<iommu model='intel'><driver intremap='on'/></iommu>"
                  + each(n, lambda i: nic(inside="<driver name='qemu'/>")))


def not_virtio(n):
    return domain(each(n, lambda i: nic("e1000e", "<driver iommu='on'/>")))


def unknown(n):
    return domain(each(n, lambda i: f"<foo{i}>{at(1, i & 31)}</foo{i}>"))


def long_text(n):
    return domain(metadata=f"<description>{'x' * n}</description>")


def cards(n):
    return domain(each(n, lambda i: "<interface type='user'><mac address="
                       f"'52:54:00:00:{i >> 8:02x}:{i & 255:02x}'/></interface>"))


def parked(n):
    """As stash parks all interfaces; this is the name of the last."""
    def one(i):
        names = ("interface" if i else "") + "\0\0"
        seal = hashlib.sha256(names.encode()).hexdigest()[:16]
        return (f"<s:element name='{'last' if i == n - 1 else f'x{i}'}' from='/domain/devices'"
                f" after='{i}' alike='{i}' at='0' lead='' seal='{seal}'>{nic()}</s:element>")
    stash = f"<s:stash xmlns:s='urn:virt-layout:stash:1'>{each(n, one)}</s:stash>"
    return domain(metadata=f"<metadata>{stash}</metadata>")

# SPDX-License-Identifier: LGPL-2.1-or-later
"""edits.py - the list of the mutation check: single edits of the plan "seed", each a
mistake that people make, and the first difference that `verify` must report.
"""
import re


def after_metadata(xml):
    """The domain up to and with its <metadata>, which repeats what is planned, and the rest."""
    head, end, rest = xml.partition("</metadata>")
    return (head + end, rest) if end else ("", xml)


def sub(pattern, replacement, count=1):
    def edit(xml):
        head, rest = after_metadata(xml)
        edited, n = re.subn(pattern, replacement, rest, count=count, flags=re.S)
        if n == 0:
            raise SystemExit(f"the plan holds no {pattern!r}")
        return head + edited
    return edit


def swap(one, other):
    def edit(xml):
        head, rest = after_metadata(xml)
        if one not in rest or other not in rest:
            raise SystemExit(f"the plan holds no {one!r} or {other!r}")
        return head + rest.replace(one, "@").replace(other, one).replace("@", other)
    return edit


# Twenty that QEMU boots. What they show is compared with the unedited plan: name: (edit,
# options of `boot`, kinds of which the first difference is one, subject)
EDITS = {
    "window-too-small": (sub("busNr='232'", "busNr='222'"), "", ["bus-overlap"],
                         "root bus 0000:de"),
    "window-in-main-bus": (sub("busNr='220'", "busNr='4'"), "", ["bus-overlap"],
                           "root bus 0000:06"),
    "node-swapped": (swap("<node>1</node>", "<node>2</node>"), "",
                     ["root-on-other-node"], "0000:e8"),
    "node-left-out": (sub("<node>2</node>", ""), "", ["root-on-other-node"], "0000:f4"),
    "iommu-left-out": (sub("    <iommu.*?</iommu>\n", ""), "",
                       ["iommu-table-missing"], "the machine"),
    "iommu-off": (lambda xml: xml, "--append intel_iommu=off", ["iommu-off"],
                  "the machine"),
    "remapping-off": (sub(" intremap='on'", " intremap='off'"), "", ["remapping-off"],
                      "the machine"),
    "acpi-off": (sub("<acpi/>", ""), "", ["acpi-off"], ""),
    "device-moved": (sub("bus='0x08' slot='0x00'", "bus='0x06' slot='0x00'"), "",
                     ["device-moved"], "0000:dd:00.0"),
    "device-left-out": (sub("    <interface.*?</interface>\n", ""), "",
                        ["device-missing"], "0000:dd:00.0"),
    "device-other-model": (sub("<model type='e1000e'/>", "<model type='virtio'/>"), "",
                           ["device-identity"], "0000:dd:00.0"),
    "device-added": (sub("<memballoon", "<interface type='user'>"
                         "<model type='virtio'/>"
                         "<address type='pci' domain='0' bus='6' slot='0' function='0'/>"
                         "</interface><memballoon"), "", ["device-unplanned"], ""),
    "port-other-slot": (sub("(bus='0x07' slot='0x)02'", r"\g<1>05'"), "",
                        ["device-moved"], "0000:dc:02.0"),
    "port-without-acs": (sub("(<controller type='pci' index='8' model='pcie-root-port'>)",
                             r"\1<model name='ioh3420'/>"), "",
                         ["device-identity", "group-merged"], "0000:d"),
    "other-bus-number": (sub("busNr='244'", "busNr='243'"), "",
                         ["root-missing"], "0000:f4"),
    "cpu-on-other-node": (lambda xml: sub("cpus='4-5'", "cpus='4-6'")(
        sub("cpus='6-7'", "cpus='7'")(xml)), "", ["cpu-on-other-node"], "CPU 6"),
    "memory-smaller": (sub("<cell id='0'([^>]*)memory='[0-9]*'",
                           r"<cell id='0'\1memory='300000'"), "", ["memory"], "node 0"),
    "memory-between-nodes": (lambda xml: sub(
        "(<cell id='1'[^>]*memory=)'262144'", r"\1'393216'")(
        sub("(<cell id='2'[^>]*memory=)'262144'", r"\1'131072'")(xml)), "", ["memory"],
                             "node 1"),
    "distance": (sub("(<cell id='1'[^>]*?)/>", r"\1><distances><sibling id='0' value='25'/>"
                     r"</distances></cell>"), "", ["distance"], ""),
    "cores-for-sockets": (sub("sockets='4' dies='1' cores='2'",
                              "sockets='2' dies='1' cores='4'"), "",
                          ["cpu-topology"], ""),
}

# The first difference without a kernel, if it is another one; None: nothing differs,
# because only the kernel decides it.
AFTER_FIRMWARE = {
    "iommu-off": None,
    # A kernel drops that root bus, and shows a root bus made from the rest.
    "window-in-main-bus": (["bus-overlap"], "root bus 0000:04"),
}

# Those whose cause must come first, whatever else is found.
NEGATIVE = ["window-too-small", "node-swapped", "iommu-left-out", "iommu-off",
            "remapping-off", "acpi-off", "device-moved"]

# Those that QEMU refuses to start, so that verify cannot be used: `boot` must report
# "refused", and give the cause as its first explanation. name: (edit, words of the
# explanation, words of QEMU's message)
REFUSED = {
    "chassis-twice": (sub("chassis='9'", "chassis='8'"),
                      "two root ports have the same chassis", "Can't add chassis slot"),
    "bus-twice": (sub("busNr='232'", "busNr='220'"),
                  "two expander buses have the same busNr", "is already in use"),
}

# What `boot --stop-after tables` finds for each: kind and subject of the first
# difference; None: no table shows it, because firmware or a kernel must run first. QEMU
# refuses those of REFUSED there too.
TABLES = {
    "window-too-small": ("bus-overlap", "root bus 0000:de"),
    "window-in-main-bus": ("bus-overlap", "root bus 0000:04"),
    "node-swapped": ("root-on-other-node", "root bus 0000:e8"),
    "node-left-out": ("root-on-other-node", "root bus 0000:f4"),
    "iommu-left-out": ("iommu-table-missing", "the machine"),
    "iommu-off": None,  # the kernel's own choice
    "remapping-off": ("remapping-off", "the machine"),
    "acpi-off": ("acpi-off", "the machine"),
    "device-moved": None,  # below a bridge, as the next three
    "device-left-out": None,
    "device-other-model": None,
    "device-added": None,
    "port-other-slot": ("device-missing", "0000:dc:02.0"),
    "port-without-acs": None,  # its configuration space
    "other-bus-number": ("root-missing", "root bus 0000:f4"),
    "cpu-on-other-node": ("cpu-on-other-node", "CPU 6"),
    "memory-smaller": ("memory", "node 0"),
    "memory-between-nodes": ("memory", "node 1"),
    "distance": ("distance", "node 0 to node 1"),
    "cores-for-sockets": None,  # the CPUs' own CPUID
}

# The edited domains whose guests differ from what the domains themselves describe.
BROKEN = ["window-too-small", "window-in-main-bus"]

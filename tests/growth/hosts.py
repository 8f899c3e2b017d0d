# SPDX-License-Identifier: LGPL-2.1-or-later
# hosts.py - hosts of any size, as lstopo writes them.
PER_DOMAIN = 8192 # 32 buses of one root


def function(i, number):
    place = i % PER_DOMAIN
    at = f"{i // PER_DOMAIN:04x}:{place >> 8:02x}:{place >> 3 & 31:02x}.{place & 7}"
    return (f"<object type='PCIDev' gp_index='{number}' pci_busid='{at}' pci_type="
            "'0200 [8086:1572] [8086:0000] 01' pci_link_speed='0.0'/>\n")


def machine(parts):
    """A machine with one node and two CPUs, and these parts; numbers begin with 5."""
    sets = "cpuset='0x3' complete_cpuset='0x3' nodeset='0x1' complete_nodeset='0x1'"
    text = ("<?xml version='1.0'?>\n<topology version='2.0'><object type='Machine'"
            f" os_index='0' {sets} allowed_cpuset='0x3' allowed_nodeset='0x1' gp_index='1'>"
            f"<object type='NUMANode' os_index='0' {sets} gp_index='2'"
            " local_memory='1073741824'/>\n")
    for cpu in range(2):
        own = sets.replace("0x3", f"0x{1 << cpu}")
        text += f"<object type='PU' os_index='{cpu}' {own} gp_index='{3 + cpu}'/>\n"
    return text + "".join(parts) + "</object></topology>\n"


def root(domain, number):
    return (f"<object type='Bridge' gp_index='{number}' bridge_type='0-1' depth='0'"
            f" bridge_pci='{domain:04x}:[00-ff]'>\n")


def functions(n):
    """A machine with so many PCI functions on root buses."""
    parts, number = [], 5
    for start in range(0, n, PER_DOMAIN):
        parts.append(root(start // PER_DOMAIN, number))
        number += 1
        for i in range(start, min(start + PER_DOMAIN, n)):
            parts.append(function(i, number))
            number += 1
        parts.append("</object>\n")
    return machine(parts)


class Tree:
    """Objects of lstopo inside each other."""

    def __init__(self):
        self.parts, self.number, self.open = [], 5, 0

    def begin(self, text):
        self.parts.append(text)
        self.number += 1
        self.open += 1

    def bridge(self, at, depth, first, last):
        self.begin(f"<object type='Bridge' gp_index='{self.number}' bridge_type='1-1'"
                   f" depth='{depth}' bridge_pci='{at[:4]}:[{first:02x}-{last:02x}]'"
                   f" pci_busid='{at}' pci_type='0604 [8086:2030] [8086:0000] 04'"
                   " pci_link_speed='0.0'>\n")

    def device(self, at, kind):
        self.parts.append(f"<object type='PCIDev' gp_index='{self.number}' pci_busid='{at}'"
                          f" pci_type='{kind} [15b3:0000] 01' pci_link_speed='0.0'/>\n")
        self.number += 1

    def end(self, depth):
        while self.open > depth:
            self.parts.append("</object>\n")
            self.open -= 1


NIC, GPU = "0207 [15b3:1021]", "0302 [10de:2330]"
PORTS, UNITS = 200, 40 # root ports, or ports with a switch of four devices, of a domain


def at_ports(i):
    return f"{i // PORTS:04x}:{1 + i % PORTS:02x}:00.0"


def ports(n):
    """So many network cards, each below a root port of its own."""
    tree = Tree()
    for i in range(n):
        if i % PORTS == 0:
            tree.end(0)
            tree.begin(root(i // PORTS, tree.number))
        place, bus = i % PORTS, 1 + i % PORTS
        tree.bridge(f"{i // PORTS:04x}:00:{1 + place // 8:02x}.{place % 8}", 1, bus, bus)
        tree.device(at_ports(i), NIC)
        tree.end(1)
    tree.end(0)
    return machine(tree.parts)


def at_switches(i):
    unit = i // 4
    return f"{unit // UNITS:04x}:{3 + unit % UNITS * 6 + i % 4:02x}:00.0"


def switches(n):
    """So many GPUs, each four of them below a switch."""
    tree = Tree()
    for i in range(n):
        unit, domain = i // 4 % UNITS, i // 4 // UNITS
        bus = 1 + unit * 6
        if i % (4 * UNITS) == 0:
            tree.end(0)
            tree.begin(root(domain, tree.number))
        if i % 4 == 0:
            tree.end(1)
            tree.bridge(f"{domain:04x}:00:{1 + unit // 8:02x}.{unit % 8}", 1, bus, bus + 5)
            tree.bridge(f"{domain:04x}:{bus:02x}:00.0", 2, bus + 1, bus + 5)
        tree.bridge(f"{domain:04x}:{bus + 1:02x}:{i % 4:02x}.0", 3, bus + 2 + i % 4,
                    bus + 2 + i % 4)
        tree.device(at_switches(i), GPU)
        tree.end(3)
    tree.end(0)
    return machine(tree.parts)


def at_buses(i):
    return f"{i // 256:04x}:01:{i >> 3 & 31:02x}.{i & 7}"


def buses(n):
    """So many network cards, each 256 of them on one bus below a root port."""
    tree = Tree()
    for i in range(n):
        if i % 256 == 0:
            tree.end(0)
            tree.begin(root(i // 256, tree.number))
            tree.bridge(f"{i // 256:04x}:00:01.0", 1, 1, 1)
        tree.device(at_buses(i), NIC)
    tree.end(0)
    return machine(tree.parts)

# SPDX-License-Identifier: LGPL-2.1-or-later
# record_machine.py - records of machines of any size, with ports and devices on each node.
FUNCTION = ('<function at="{at}" {kind} subsystem-vendor="0x0000" subsystem-device="0x0000" '
            'programming-interface="yes" upstream="{upstream}" root="{root}" bridge="{bridge}" '
            'secondary="{bus}" subordinate="{bus}" port-type="{type}" affinity="node" node="{node}" '
            'node-source="sysfs" iommu-group="unknown" physical-function="none" total-vfs="unknown" '
            'vfs="unknown" bars="no" link-mb-s="unknown" acs="unknown" flr="unknown" driver="unknown"/>')


def ids(kind):
    return 'class="{}" vendor="{}" device="{}"'.format(*kind.split())


def record(nodes=64, ports=21, endpoints=2):
    """By default, 64 nodes and 4,032 functions."""
    kinds = ("0x020000 0x15b3 0x101e", "0x010802 0x144d 0xa80a", "0x030200 0x10de 0x2330")
    rows, roots, functions = [], [], []
    for node in range(nodes):
        root = f"{node:04x}:00"
        cpus = f"{2 * node}-{2 * node + 1}"
        rows.append(f'<node id="{node}" cpus="{cpus}" near="" memory="8589934592" huge="unknown"/>')
        roots.append(f'<root domain="{node:04x}" first-bus="00" last-bus="{ports:02x}" '
                     f'affinity="node" node="{node}" node-source="sysfs"/>')
        for port in range(ports):
            bus, above = f"{port + 1:02x}", f"{root}:{port:02x}.0"
            functions.append(FUNCTION.format(at=above, kind=ids("0x060400 0x8086 0x2030"), node=node,
                                             upstream="none", root=root, bridge="yes", bus=bus, type="root-port"))
        for port in range(ports):
            bus, above = f"{port + 1:02x}", f"{root}:{port:02x}.0"
            for i in range(endpoints):
                functions.append(FUNCTION.format(at=f"{node:04x}:{bus}:00.{i}", kind=ids(kinds[port // 4 % 3]),
                                                 node=node, upstream=above, root=root, bridge="no", bus="00",
                                                 type="endpoint"))
    distances = "".join(f'<row node="{i}" values="{" ".join(str(10 + abs(i - j)) for j in range(nodes))}"/>'
                        for i in range(nodes))
    cpus = "".join(f'<cpu id="{i}" node="{i // 2}" package="{i // 16}" die="0" cluster="unknown" core="{i}" '
                   'thread="0" kind="unknown"/>' for i in range(2 * nodes))
    return ('<host xmlns="urn:virt-layout:host:1" version="1" source="sysfs" architecture="x86_64" pci="yes">'
            + "".join(rows) + f"<distances>{distances}</distances>" + cpus + "".join(roots + functions)
            + '<iommu table="no" enabled="unknown" remapping="unknown" address-bits="unknown"/>' + "</host>")

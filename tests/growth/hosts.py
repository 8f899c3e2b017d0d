# SPDX-License-Identifier: LGPL-2.1-or-later
# hosts.py - hosts of any size, as lstopo writes them.
PER_DOMAIN = 8192 # 32 buses of one root


def function(i, number):
    place = i % PER_DOMAIN
    at = f"{i // PER_DOMAIN:04x}:{place >> 8:02x}:{place >> 3 & 31:02x}.{place & 7}"
    return (f"<object type='PCIDev' gp_index='{number}' pci_busid='{at}' pci_type="
            "'0200 [8086:1572] [8086:0000] 01' pci_link_speed='0.0'/>\n")


def functions(n):
    """A machine with one node, two CPUs and so many PCI functions."""
    sets = "cpuset='0x3' complete_cpuset='0x3' nodeset='0x1' complete_nodeset='0x1'"
    text = ("<?xml version='1.0'?>\n<topology version='2.0'><object type='Machine'"
            f" os_index='0' {sets} allowed_cpuset='0x3' allowed_nodeset='0x1' gp_index='1'>"
            f"<object type='NUMANode' os_index='0' {sets} gp_index='2'"
            " local_memory='1073741824'/>\n")
    for cpu in range(2):
        own = sets.replace("0x3", f"0x{1 << cpu}")
        text += f"<object type='PU' os_index='{cpu}' {own} gp_index='{3 + cpu}'/>\n"
    parts, number = [text], 5
    for start in range(0, n, PER_DOMAIN):
        parts.append(f"<object type='Bridge' gp_index='{number}' bridge_type='0-1' depth='0'"
                     f" bridge_pci='{start // PER_DOMAIN:04x}:[00-ff]'>\n")
        number += 1
        for i in range(start, min(start + PER_DOMAIN, n)):
            parts.append(function(i, number))
            number += 1
        parts.append("</object>\n")
    return "".join(parts) + "</object></topology>\n"

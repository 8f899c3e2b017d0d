# SPDX-License-Identifier: LGPL-2.1-or-later
"""libvirt's own test domains, from Debian's source package, rewritten so that they can be
asked about on this machine."""
import collections, os, re, tarfile

import source_package, stacks

# Of the source package of a release (None: this system's): its folder of domains.
FOLDERS = ["tests/qemuxmlconfdata", "tests/qemuxml2argvdata"]
# What libvirt wrote, and not read: NAME.x86_64-latest.xml.
OUTPUT = re.compile(r"\.[a-z0-9_]+-(latest|\d)[^/]*\.xml$")
ARCHITECTURES = {"x86_64", "i686", "aarch64", "armv7l"}
REWRITE = [
    (r"<domain([^>]*) type=(['\"])\w+\2", r"<domain\1 type='qemu'"),
    (r"<emulator>[^<]*</emulator>", ""),
    (r"<cpu mode=(['\"])host-(passthrough|model)\1[^>/]*(/?)>", r"<cpu mode='maximum'\3>"),
    (r"<vcpu placement=(['\"])auto\1", "<vcpu placement='static'"),
    # One name and one uuid for each file.
    (r"<uuid>[^<]*</uuid>", ""),
]
# Types of machine that newer QEMUs do not have any more, or not yet.
MACHINES = [
    (r"(machine=['\"])pc-(i440fx-[\d.]+|0\.\d+)(['\"])", r"\1pc\3"),
    (r"(machine=['\"])pc-q35-[\d.]+(['\"])", r"\1q35\2"),
    (r"(machine=['\"])(virt-[\d.]+|borzoi)(['\"])", r"\1virt\3"),
]
Column = collections.namedtuple("Column", "target suite root")


def rewrite(text, number, machines=False):
    for pattern, to in REWRITE + (MACHINES if machines else []):
        text = re.sub(pattern, to, text)
    return re.sub(r"<name>[^<]*</name>", f"<name>d{number}</name>", text, count=1)


def domains(package, every=False):
    """(name, text) of each domain; @every: of other architectures than ours too."""
    found = {}
    with tarfile.open(package) as tar:
        for member in tar:
            folder, name = os.path.split(member.name)
            if not folder.endswith(tuple(FOLDERS)) or not name.endswith(".xml") or \
                    OUTPUT.search(name):
                continue
            text = tar.extractfile(member).read().decode(errors="replace")
            arch = re.search(r"<type[^>]* arch=['\"](\w+)", text)
            if every or (arch and arch[1] in ARCHITECTURES):
                found[name] = text
    return sorted(found.items())


def column(run, name):
    """Which stack is asked about which version's tests: "own", "trixie" or "newest"; None
    if it is not available. 12.9's source package is not on the mirrors: 11.3's tests."""
    if name == "own":
        target = stacks.own_target()
        return target and Column(target, None, None)
    target = stacks.table_of.TARGETS[1 if name == "trixie" else 2]
    root = stacks.root_of(run, name)
    return root and Column(target, "trixie", root)


def write(folder, build, where, step=1):
    """The paths of the domains of a column, written into @folder; None where the source
    package is not available."""
    package = source_package.fetch(build, "libvirt", where.suite)
    if not package:
        return None
    files = []
    for number, (name, text) in list(enumerate(domains(package)))[::step]:
        files.append(f"{folder}/{name}")
        with open(files[-1], "w") as out:
            out.write(rewrite(text, number, machines=where.root is not None))
    return files

# SPDX-License-Identifier: LGPL-2.1-or-later
# rows.py - the commands and inputs whose growth is measured: tests/growth/growth counts
# instructions of small inputs for the gate, tests/bench/growth measures processor time and
# memory of large ones.
import itertools, os, re, subprocess, sys
from collections import namedtuple

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import hosts, patterns

# The exponent may be at most this: LIMIT for instructions, BENCH_LIMIT for processor time
# and memory of large inputs, and SQUARE in both for what is quadratic by nature.
LIMIT, BENCH_LIMIT, SQUARE = 1.5, 1.3, 2.1
HOST = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                    "../fuzz/corpus/host/physical.xml")
TEXT, FIX, STASH = ("check",), ("check", "--fix"), ("stash", "-o", "/dev/null")
# With so many other devices that no value of --mirror fits, or the search for one would
# take most of the time.
MIRROR = ("plan", *2 * ("--device", "e1000e,node=0,count=200"), "--like")
UNSTASH, ON_HOST = ("unstash", "-o", "/dev/null"), ("check", "--host", HOST)

# The input's name; the gate's n, of which it measures n and 4n, or None; the command; the
# limit of instructions; words after the input; the most that the benchmark measures.
Row = namedtuple("Row", "name n command limit after most", defaults=(LIMIT, (), None))


def write(path, text):
    with open(path, "w") as file:
        file.write(text)
    return path


def files(program, folder, n):
    """So many small domains."""
    text = patterns.devices(2)
    return [write(f"{folder}/{i}.xml", text) for i in range(n)]


def many_hosts(program, folder, n):
    """A domain, and so many small hosts."""
    words = [write(f"{folder}/domain.xml", patterns.host_devices(2))]
    for i in range(n):
        words += ["--host", write(f"{folder}/host{i}.xml", hosts.functions(4))]
    return words


def host_functions(program, folder, n):
    """A host with so many PCI functions."""
    return [write(f"{folder}/host.xml", hosts.functions(n))]


def host_switches(program, folder, n):
    """A host with so many PCI functions below switches."""
    return [write(f"{folder}/host.xml", hosts.switches(n))]


def domain_on_functions(program, folder, n):
    return [write(f"{folder}/domain.xml", patterns.host_devices(60)), "--host",
            *host_functions(program, folder, n)]


def assigned(folder, n, kind):
    """A domain with all the devices of a host."""
    domain = patterns.assigned(n, getattr(hosts, f"at_{kind}"))
    return [write(f"{folder}/domain.xml", domain), "--host",
            write(f"{folder}/host.xml", getattr(hosts, kind)(n))]


def below_ports(program, folder, n):
    return assigned(folder, n, "ports")


def below_switches(program, folder, n):
    return assigned(folder, n, "switches")


def on_buses(program, folder, n):
    return assigned(folder, n, "buses")


def unplaced(program, folder, n):
    """A domain with all the devices of a host, which the plan puts below its buses."""
    return [write(f"{folder}/domain.xml", patterns.unplaced(n, hosts.at_buses)), "--host",
            write(f"{folder}/host.xml", hosts.buses(n))]


def in_groups(program, folder, n):
    """
    So many devices of a host with IOMMU groups of eight, half of whose devices stay there,
    behind the guest's IOMMU.
    """
    host = write(f"{folder}/host.xml", hosts.buses(2 * n))
    record = subprocess.run([program, "record", host], capture_output=True, text=True,
                            check=True).stdout
    numbers = itertools.count()
    record = re.sub('(bridge="no".*) iommu-group="unknown"',
                    lambda it: f'{it[1]} iommu-group="{next(numbers) // 8}" driver="ice"', record)
    domain = patterns.assigned(n, lambda i: hosts.at_buses(2 * i), "<iommu model='intel'/>")
    return [write(f"{folder}/domain.xml", domain), "--host", write(host, record)]


def files_on_host(program, folder, n):
    return [*files(program, folder, n), "--host", HOST]


def baseline(program, folder, n):
    """A domain with so many findings, all of which are in the baseline."""
    domain = write(f"{folder}/domain.xml", patterns.same_mac(n))
    found = subprocess.run([program, "check", "--json", domain], capture_output=True,
                           text=True)
    return [domain, "--baseline", write(f"{folder}/baseline.json", found.stdout)]


def partitions(program, folder, n):
    """A script of sfdisk with so many partitions, and the new image's name."""
    slots = "table-length: 1024\n" if n > 128 else ""
    lines = "".join(f"start={2048 * (i + 1)}, size=2048, type=linux\n" for i in range(n))
    return [write(f"{folder}/script", f"label: gpt\n{slots}{lines}"), f"{folder}/image"]


OTHERS = {make.__name__: make for make in (files, many_hosts, host_functions,
                                           host_switches,
                                           domain_on_functions, below_ports,
                                           below_switches, on_buses, unplaced, in_groups,
                                           files_on_host, baseline, partitions)}


def words_of(row, program, folder, n):
    """The command line that measures a row with n of its things, below an empty folder."""
    os.makedirs(folder, exist_ok=True)
    if row.name in OTHERS:
        made = OTHERS[row.name](program, folder, n)
    else:
        made = [write(f"{folder}/domain.xml", getattr(patterns, row.name)(n))]
    return [program, *row.command, *made, *row.after]


# Below 256 controllers and above, other rules find something, so that all three sizes of
# the gate are on one side.
ROWS = [Row(name, 60, TEXT) for name in (
    "host_devices", "mediated", "disks", "scsi_disks", "usb_controllers",
    "serial_controllers", "memory_devices", "iothread_pins", "prefixes", "same_address",
    "same_source", "same_scsi_source", "same_mac", "same_index", "latencies", "memnodes",
    "pages", "arguments", "bad_values", "without_iommu", "not_virtio", "cards",
    "functions", "unheaded_functions")]
ROWS += [Row(name, 300, TEXT) for name in (
    "ports", "chain", "expanders", "same_chassis", "ignored_paths", "comments_used",
    "comments", "pins", "same_pins", "cells")]
ROWS += [
    Row("devices", 60, TEXT, most=4000),
    Row("deep", 60, TEXT),
    Row("long_text", 100000, TEXT),
    Row("unknown", 300, TEXT),
    Row("distances", 12, TEXT, SQUARE, most=64),
    Row("same_mac", 60, ("check", "--sarif"), most=4000),
    Row("same_mac", 60, ("check", "--json"), most=4000),
    Row("devices", 20, ("plan", "--domain")),
    Row("unplaced", 50, ("plan", "--domain"), most=200),
    Row("ports", 50, ("topology",)),
    Row("without_iommu", 30, FIX, most=2000),
    Row("not_virtio", 30, FIX, most=4000),
    Row("same_chassis", 30, FIX),
    Row("cards", 50, STASH, LIMIT, ("//interface",), most=4000),
    Row("cards", 50, STASH, LIMIT, ("//mac",)),
    Row("prefixes", 50, STASH, LIMIT, ("//metadata/*",)),
    Row("parked", 50, UNSTASH, most=4000),
    Row("parked", 50, UNSTASH, LIMIT, ("last",)),
    Row("files", 20, TEXT, most=10000),
    Row("many_hosts", 10, TEXT, most=1000),
    Row("host_functions", 250, ("topology",), most=160000),
    Row("host_switches", 250, ("topology",), most=160000),
    Row("domain_on_functions", 250, TEXT, most=160000),
    Row("host_functions", 2000, MIRROR, most=160000),
    Row("host_switches", 2000, (*MIRROR[:1], "--per", "root-complex", *MIRROR[1:]),
        most=80000),
    Row("below_ports", 60, TEXT, most=16000),
    Row("below_switches", 60, TEXT, most=16000),
    Row("on_buses", 60, TEXT, most=16000),
    Row("in_groups", 60, TEXT, most=4000),
    Row("files_on_host", 20, TEXT, most=10000),
    Row("baseline", 60, TEXT, most=4000),
    Row("partitions", 30, ("disk", "create", "--overwrite", "--size", "2GiB"), most=1000),
]
ROWS += [Row(name, 60, ON_HOST) for name in (
    "devices", "host_devices", "mediated", "memory_devices", "iothread_pins", "pages",
    "memnodes", "same_source")]
ROWS += [Row(name, 300, ON_HOST) for name in ("ports", "expanders", "pins", "cells")]

# SPDX-License-Identifier: LGPL-2.1-or-later
# command_rows.py - rows of arguments for every command, with their input files. Tests
# that run each command under unusual conditions share them; a command that --help lists
# without a row here fails those tests.
import os, re, shutil, subprocess, tempfile

PROGRAM = None  # the program under test, set by begin()
TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
RECORD = f"{TOP}/tests/golden/topology/transitional.xml"
GUID = "11111111-0000-4000-8000-00000000000"
SYSTEM = 3


def run(*words, **options):
    return subprocess.run(words, capture_output=True, timeout=120, **options)


def must(*words, **options):
    done = run(*words, **options)
    assert done.returncode == 0, (words, done)


def put(name, at, data):
    with open(name, "r+b") as file:
        file.seek(at)
        file.write(data)


def image(name="a.img", size="16M"):
    """A GPT of one partition, and boot code."""
    must("truncate", "-s", size, name)
    must("sfdisk", "--no-tell-kernel", "-q", name, input=f"label: gpt\nlabel-id: {GUID}0\n"
         f"size=2M,type=uefi,uuid={GUID}1\n".encode())
    put(name, 0, b"\xeb\xfeboot code" * 10)


def damaged():
    """Its backup header is gone."""
    image()
    put("a.img", (16 << 20) - 512, bytes(512))


def interrupted():
    """An incomplete sidecar."""
    image()
    with open("a.img.virt-layout-journal", "wb") as file:
        file.write(b"VLJOURN1")


def qcow2():
    image()
    must("qemu-img", "convert", "-O", "qcow2", "a.img", "a.qcow2")
    os.unlink("a.img")


def domain():
    shutil.copy(f"{TOP}/tests/golden/plan/seed.out", "d.xml")


def broken():
    shutil.copy(f"{TOP}/tests/domains/iommu-intremap-ioapic.xml", "d.xml")


def stashed():
    domain()
    must(PROGRAM, "stash", "--in-place", "d.xml", "//interface")


def record():
    shutil.copy(f"{TOP}/tests/golden/record/two-nodes.out", "r.xml")


def nothing():
    pass


NODE = ["--node", "vcpus=1,memory=1GiB"]
# More output than fits into a stdio buffer, so that some of it is written before the end.
MANY = [word for _ in range(120) for word in ("--part", "size=65000B,type=linux")]
# command: [(set up, words, status with all open)]; INPUT among the words is d.xml as
# standard input.
INPUT = "-"
ROWS = {
    "plan": [
        (nothing, NODE, 0),
        (nothing, [*NODE, "-o", "out.xml"], 0),
        (nothing, [*NODE, "--predict"], 0),
        (domain, ["--domain", "d.xml", "--spare-ports", "1", "--in-place"], 0),
        (domain, ["--domain", "d.xml", "--spare-ports", "1", "-o", "d.xml"], 0),
        (domain, [*NODE, "-o", "d.xml"], 0),
        (domain, ["--domain", INPUT, "--iommu", "intel"], 0),
        (record, ["--like", "r.xml", "-o", "r.xml"], 0),
    ],
    "check": [
        (domain, ["d.xml"], 0),
        (broken, ["d.xml"], 1),
        (broken, ["--json", "d.xml", "missing.xml"], 2),
        (broken, [INPUT], 1),
        (broken, ["--fix", "d.xml"], 0),
        (broken, ["--fix", "--in-place", "d.xml"], 0),
        (broken, ["--fix", "-o", "d.xml", "d.xml"], 0),
    ],
    "explain": [(nothing, ["bus-window"], 0), (nothing, [], 0), (nothing, ["x"], 2)],
    "boot": [
        (domain, ["--print-xml", "--accel", "tcg", "--kernel", "/dev/null", "d.xml"], 0),
        (domain, ["--kernel", "/nowhere", "d.xml"], 2),
        (domain, ["--initrd-only", "--kernel", "/dev/null", "-o", "d.xml"], 0),
    ],
    "verify": [(domain, ["d.xml", "d.xml"], 0), (domain, ["d.xml", RECORD], 1)],
    "topology": [
        (nothing, [RECORD], 0),
        (nothing, ["--svg", "out.svg", RECORD], 0),
        (domain, ["--svg", "d.xml", RECORD], 0),
        (record, ["--svg", "r.xml", "r.xml"], 0),
        (domain, [INPUT], 0),
    ],
    "draw": [
        (nothing, [RECORD], 0),
        (nothing, ["-o", "out.svg", RECORD], 0),
        (domain, ["--host", RECORD, INPUT], 0),
        (nothing, ["-O", "html", RECORD], 0),
        (domain, ["-o", "d.xml", "d.xml"], 0),
    ],
    "record": [(nothing, [RECORD], 0), (nothing, ["-o", "out.xml", RECORD], 0),
               (record, ["-o", "r.xml", "r.xml"], 0)],
    "stash": [
        (domain, ["d.xml", "//interface"], 0),
        (domain, ["--in-place", "d.xml", "//interface"], 0),
        (domain, ["-o", "d.xml", "d.xml", "//interface"], 0),
        (domain, ["d.xml", "//nothing"], 2),
    ],
    "unstash": [
        (stashed, ["--list", "d.xml"], 0),
        (stashed, ["--in-place", "d.xml"], 0),
        (stashed, ["-o", "d.xml", "d.xml"], 0),
        (stashed, ["--list", "-o", "d.xml", "d.xml"], 0),
    ],
    "hook": [(nothing, [], 2)],
    # Without strict a domain that cannot be read starts unchecked, hence 0.
    "hook qemu": [(broken, ["--config", "none", "vm", "prepare", "begin", INPUT], 0)],
    "onDefineDomain": [(domain, ["--vmi", "{}", "--domain", "@d.xml"], 0)],
    "disk": [(nothing, [], 2)],
    "disk align": [(nothing, ["--start", "0", "--capacity", "618", "--interval", "512"], 0)],
    "disk create": [
        (nothing, ["-s", "16MiB", "--seed", "1", "-p", "size=rest", "b.img"], 0),
        (nothing, ["-s", "16MiB", "--seed", "1", "-p", "size=rest", "b.qcow2"], 0),
        (image, ["-s", "16MiB", "-p", "size=rest", "a.img"], 2),
    ],
    "disk plan": [(nothing, ["-s", "16MiB", "-p", "size=rest"], 0)],
    "disk check": [
        (image, ["a.img"], 0),
        (damaged, ["a.img", "missing.img"], 2),
        (qcow2, ["a.qcow2"], 0),
    ],
    "disk add": [
        (image, ["a.img", "--seed", "1", "--part", "size=rest,type=linux"], 0),
        (image, ["a.img", "--seed", "1", "--align", "64KiB", *MANY], 0),
        (qcow2, ["a.qcow2", "--seed", "1", "--align", "64KiB", *MANY], 0),
        (image, ["a.img", "--part", "size=1GiB"], 2),
    ],
    "disk set": [
        (image, ["a.img", "--part", "number=1,name=boot"], 0),
        (qcow2, ["a.qcow2", "--part", "number=1,type=linux"], 0),
        (image, ["a.img", "--part", "number=7,name=x"], 2),
    ],
    "disk delete": [
        (image, ["a.img", "1"], 0),
        (qcow2, ["a.qcow2", "1"], 0),
        (image, ["a.img", "7"], 2),
    ],
    "disk show": [
        (image, ["a.img"], 0),
        (qcow2, ["a.qcow2", "-b", "--json"], 0),
        (image, ["a.img", "missing.img"], 2),
    ],
    "disk grow": [
        (image, ["a.img", "--size", "24MiB"], 0),
        (image, ["a.img", "--partition", "1"], 0),
    ],
    "disk recover": [
        (image, ["a.img"], 0),
        (damaged, ["--repair", "a.img"], 0),
        (damaged, ["a.img"], 0),
        (interrupted, ["a.img"], 0),
    ],
    "disk size": [
        (image, ["a.img", "-b", "-o", "name,length"], 0),
        (image, ["a.img", "missing.img"], 2),
    ],
    "disk stub": [
        (image, ["--check", "a.img"], 1),
        (image, ["--force", "a.img"], 0),
        (image, ["a.img"], 2),
    ],
    "completion": [(nothing, ["bash"], 0)],
}


MADE = tempfile.TemporaryDirectory()


def made(set_up):
    """The directory that the set-up fills, shared by all rows with it."""
    path = f"{MADE.name}/{set_up.__name__}"
    if not os.path.exists(path):
        os.mkdir(path)
        os.chdir(path)
        set_up()
    return path


def begin(program):
    global PROGRAM
    PROGRAM = os.path.abspath(program)


def commands(*path):
    """Every command in the table, with the words that lead to it."""
    text = run(PROGRAM, *path, "--help").stdout.decode()
    listed = re.search(r"^Commands:\n((?:  .*\n)+)", text, re.M)
    for name in re.findall(r"^  ([A-Za-z-]+)", listed.group(1) if listed else "", re.M):
        yield " ".join([*path, name])
        yield from commands(*path, name)


def faults():
    """Commands without rows, and rows without a command."""
    names = list(commands())
    assert len(names) > 10, names
    return ([f"{name}: has no row" for name in names if name not in ROWS] +
            [f"{name}: is not a command" for name in ROWS if name not in names])


def writers():
    """
    The rows that replace a file that exists: (command, row, the file, whether the
    command read it). Each command with --in-place or --output FILE has one of each.
    """
    found, missing = [], set()
    for name in commands():
        text = run(PROGRAM, *name.split(), "--help").stdout.decode()
        missing |= {(name, option) for option in re.findall(
            r"^ .*(--in-place|--output(?= FILE))", text, re.M)}
        for row in ROWS.get(name, []):
            made_files = os.listdir(made(row[0]))
            words = row[1]
            place = [i for i, word in enumerate(words) if word in ("-o", "--svg")]
            if "--in-place" in words:
                found.append((name, row, "d.xml", True))
                missing.discard((name, "--in-place"))
            elif place and words[place[0] + 1] in made_files and row[2] == 0:
                file = words[place[0] + 1]
                found.append((name, row, file, words.count(file) > 1))
                missing.discard((name, "--output"))
    assert not missing, missing
    return found

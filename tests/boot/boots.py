#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""boots.py PROGRAM GUESTS NAME: boots what rows.py and edits.py list and checks the
verdict.

NAME is a row of GOOD, a plan that must boot without a difference; "mirrored" for all rows
of MIRRORED, with VIRT_LAYOUT_FULL=1 also those of FULL, or one row of these; "mutation"
for all rows of EDITS and REFUSED, or one row of these. "firmware" stands for all rows of
GOOD and MIRRORED without a kernel (`boot --stop-after firmware`), "firmware:ROW" for one
of them or of EDITS. STACK stands for all rows of GOOD, MIRRORED and FULL with the QEMU and
libvirt of a set of `fetch` ("trixie", "newest"), planned for these; STACK:ROW for one of
them.

An edited plan is booted, its machine is recorded, and the record is compared with the
unedited plan. The edit counts as found if `verify` reports a difference, and as named if
the first difference has the kind and the subject in the list. A guest that is refused or
does not report counts as neither. "mutation" does this without a kernel, and with
VIRT_LAYOUT_FULL=1 again with one.

At most two boots run at a time, in all tests: each holds one of two locks in GUESTS.
"""
import concurrent.futures
import contextlib
import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

import jsonschema

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, "../hosts"))
sys.path.insert(0, os.path.join(HERE, "../domains"))
sys.path.insert(0, os.path.join(HERE, "../oracle"))
from driver import TARGET  # noqa: E402
from edits import AFTER_FIRMWARE, EDITS, NEGATIVE, REFUSED  # noqa: E402
from rows import FULL, GOOD, MIRRORED, SEED, STACKS, in_stack  # noqa: E402
from source import SHARED, source_of  # noqa: E402
import virt_install  # noqa: E402

with open(HERE + "/../../schemas/verify.json", encoding="utf-8") as schema_file:
    SCHEMA = dict(json.load(schema_file), additionalProperties=False)
LIMIT_S = 300  # for a boot on a busy machine; alone it takes 5, nested 20
SLOTS = 2
RETRIES = 2  # in a whole run: see boot_twice
CRASHED = "QEMU was killed or crashed"
SEEN_BY_FIRMWARE = 0.8  # of the comparisons: IOMMU groups are a kernel's
ENROLLED = "/usr/share/OVMF/OVMF_CODE_4M.ms.fd", "/usr/share/OVMF/OVMF_VARS_4M.ms.fd"
SILENT_S = 20  # for firmware that hangs
SAME_DOMAIN = ["assign"]  # rows that differ from another only in what a kernel does
IS_FULL = os.environ.get("VIRT_LAYOUT_FULL") == "1"
# What `fetch` knows that holds nothing but a kernel.
KERNELS = ["cloud", "full", "kernel-bookworm", "kernel-trixie", "kernel-forky"]


class Failed(Exception):
    pass


class Crashed(Failed):
    pass


@contextlib.contextmanager
def slot(guests):
    files = [open(os.path.join(guests, f".slot-{i}"), "w") for i in range(SLOTS)]  # see slot
    held = None
    while held is None:
        for file in files:
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                held = file
                break
        else:
            time.sleep(0.1)
    try:
        yield
    finally:
        for file in files:
            file.close()


def stood_still(verdict):
    """The last output of a guest that hung, or None."""
    for difference in verdict["differences"][:1]:
        if difference["kind"] == "no-report":
            return f"no report: {difference['observed']}"
    for one in verdict.get("assign", []):
        if not one["ok"] and one["text"].startswith("no answer: the guest was stopped"):
            return f"{one['address']}: {one['text']}"
    return None


class Boots:
    firmware = False  # boot --stop-after firmware: no kernel
    target = TARGET

    def __init__(self, program, guests, work):
        self.program, self.guests, self.work = program, guests, work
        self.retries = 0
        os.environ.setdefault("VIRT_LAYOUT_CACHE", os.path.join(guests, ".cache"))

    def fetch(self, sets):
        """The kernel of the first set; without a kernel, the other files."""
        if self.firmware:
            sets = [name for name in sets if name not in KERNELS]
            if not sets:
                return None
        try:
            subprocess.run([os.path.join(HERE, "fetch"), self.guests, *sets], check=True,
                           timeout=1000)
        except subprocess.SubprocessError as failed:
            raise Failed(f"{sets} cannot be had: {failed}") from None
        if self.firmware:
            return None
        boot = os.path.join(self.guests, sets[0], "boot")
        return os.path.join(boot, next(n for n in os.listdir(boot)
                                       if n.startswith("vmlinuz")))

    def path(self, name):
        return os.path.join(self.work, name)

    def plan(self, name, options):
        # The type of an existing domain is kept; `boot` changes it in its copy.
        words = [] if "--domain" in options else ["--type", "qemu"]
        with open(self.path(name), "w") as out:
            run = subprocess.run([self.program, "plan", *self.target, *words, *options],
                                 stdout=out, stderr=subprocess.PIPE, text=True, timeout=200)
        if run.returncode != 0:
            raise Failed(f"plan {options}: status {run.returncode}: {run.stderr}")
        return self.path(name)

    def boot(self, domain, options, row=None):
        """The verdict as JSON, and the messages about it."""
        row = row or {}
        limit = row.get("limit", LIMIT_S)
        kernel = self.fetch(row.get("guests", ["cloud"]))
        over = self.over(self.guests, row)
        if "emulator" in row:
            options = [*options, "--emulator",
                       os.path.abspath(os.path.join(self.guests, row["emulator"]))]
        start = ["--stop-after", "firmware"] if self.firmware else ["--kernel", kernel]
        with slot(self.guests):
            run = subprocess.run(over + [self.program, "boot", domain, *start,
                                         "--accel", "tcg", "--json", "--time-limit",
                                         str(limit), *options],
                                 capture_output=True, text=True, timeout=limit + 60)
        if run.returncode not in (0, 1):
            raise (Crashed if CRASHED in run.stderr else Failed)(
                f"boot {domain}: status {run.returncode}: {run.stderr}")
        verdict = json.loads(run.stdout)
        jsonschema.validate(verdict, SCHEMA)
        if run.returncode == 0 and verdict["differences"]:
            raise Failed(f"boot {domain}: status 0 with {run.stdout}")
        return verdict, run.stderr

    def boot_twice(self, domain, options, row=None):
        """
        Like boot, but repeated if QEMU crashed, or if the guest or its nested guest never
        reported: QEMU 7.2's TCG sometimes has a segmentation fault, always at the same
        instruction (five in 13 hours, dmesg), and once hung for 300 s below its own SVM.
        At most twice in a whole run, with a message.
        """
        try:
            verdict, said = self.boot(domain, options, row)
            still = stood_still(verdict)
        except Crashed as crash:
            if self.retries == RETRIES:
                raise
            still = str(crash)
        if still and self.retries < RETRIES:
            self.retries += 1
            print(f"RETRY {self.retries} of {RETRIES}: {domain}: {still}", flush=True)
            verdict, said = self.boot(domain, options, row)
        return verdict, said

    @staticmethod
    def over(guests, row):
        """The words before a command that run it with another QEMU and libvirt."""
        if "inside" not in row:
            return []
        return [os.path.join(HERE, "inside"), os.path.join(guests, row["inside"])]

    def argv(self, domain, row):
        """QEMU's command line by libvirt for the plan itself, without substitutions."""
        run = subprocess.run([*self.over(self.guests, row),
                              os.path.join(os.path.dirname(self.program), "virt-layout-run"),
                              "argv", self.path("argv-root"), domain],
                             capture_output=True, text=True, timeout=120)
        missing = [words for words in row["argv"] if words not in run.stdout]
        if run.returncode != 0 or missing:
            raise Failed(f"argv {domain}: status {run.returncode}, without {missing}: "
                         f"{run.stdout}{run.stderr}")

    def verify(self, expected, observed):
        run = subprocess.run([self.program, "verify", "--json", expected, observed],
                             capture_output=True, text=True, timeout=200)
        if run.returncode not in (0, 1):
            raise Failed(f"verify: status {run.returncode}: {run.stderr}")
        return json.loads(run.stdout)

    def domain_of(self, name, row):
        """The planned domain of a row, or the row's own domain."""
        options = row.get("plan", "").split()
        if "host" in row:
            os.mkdir(self.path(name + ".host"))
            options += ["--like", source_of(row["host"], self.path(name + ".host"))]
        if "virt_install" in row:
            with open(self.path(name + ".base"), "w") as out:
                out.write(virt_install.domain(self.work, name, row["virt_install"]))
            options += ["--domain", self.path(name + ".base")]
        if "domain" in row:
            domain = shutil.copy(row["domain"], self.path(name + ".xml"))
        else:
            domain = self.plan(name + ".xml", options)
        if "edit" in row:
            with open(domain) as file:
                xml = row["edit"](file.read(), self.guests)
            with open(domain, "w") as file:
                file.write(xml)
        return domain

    def good(self, name, row):
        began = time.monotonic()
        domain, record = self.domain_of(name, row), self.path(name + ".record")
        if "argv" in row and not self.firmware:
            self.argv(domain, row)
        options, checked, assigns = row.get("boot", "").split(), row["checked"], 0
        if self.firmware:
            options, checked = [], checked * SEEN_BY_FIRMWARE
        else:
            assigns = row.get("assigns", 0)
        verdict, said = self.boot_twice(domain, [*options, "--record", record], row)
        answers = verdict.get("assign", [])
        if (verdict["differences"] or verdict["checked"] < checked
                or len(answers) != assigns
                or not all(answer["ok"] for answer in answers)):
            raise Failed(f"{name}: at least {checked} comparisons and no difference "
                         f"were expected:\n{json.dumps(verdict, indent=1)}\n{said}")
        again = self.verify(domain, record)
        if again["differences"]:
            raise Failed(f"{name}: verify: {json.dumps(again, indent=1)}")
        return (f"{name}: {verdict['checked']} comparisons, no difference, {len(answers)} "
                f"assignments that work, {time.monotonic() - began:.1f} s\n{said.strip()}")

    def mirrored(self, rows):
        def one(name):
            try:
                return self.good(name, rows[name])
            except Failed as failed:
                return failed
        failures = 0
        with concurrent.futures.ThreadPoolExecutor(SLOTS) as pool:
            for answer in pool.map(one, rows):
                failures += isinstance(answer, Failed)
                print("FAILED: " if isinstance(answer, Failed) else "", answer, sep="",
                      flush=True)
        print(f"{len(rows)} plans, {failures} failures, {self.retries} retries")
        if failures:
            raise Failed(f"{failures} failures")

    def edited(self, name):
        """The first difference that verify reports for the edited plan's record, or None."""
        edit, options, _, _ = EDITS[name]
        if self.firmware:
            options = ""
        name += "-firmware" if self.firmware else "-kernel"
        plan = self.plan(name + "-plan.xml", SEED.split())
        domain, record = self.path(name + ".xml"), self.path(name + "-record.xml")
        with open(domain, "w") as out, open(plan) as unedited:
            out.write(edit(unedited.read()))
        verdict, _ = self.boot_twice(domain, [*options.split(), "--record", record])
        if not os.path.exists(record):
            raise Failed(f"{name}: no record: {verdict['differences']}")
        differences = self.verify(plan, record)["differences"]
        return differences[0] if differences else None

    def refused(self, name):
        """What boot reports about a plan that QEMU does not start."""
        edit, means, words = REFUSED[name]
        plan = self.plan(name + "-plan.xml", SEED.split())
        with open(self.path(name + ".xml"), "w") as out, open(plan) as unedited:
            out.write(edit(unedited.read()))
        verdict, _ = self.boot(self.path(name + ".xml"), [])
        first = verdict["differences"][0] if verdict["differences"] else {}
        said = first.get("observed", "").split("\n  ")
        if (first.get("kind") != "refused" or words not in first["observed"]
                or said[1] != "that means: " + means):
            raise Failed(f"{name}: refused with {words!r} and {means!r} expected: {first}")
        return f"{name}: refused: {said[1]}"

    def meant(self, name):
        """Kinds and subject of the first difference; None: only a kernel shows it."""
        return AFTER_FIRMWARE.get(name, EDITS[name][2:]) if self.firmware else EDITS[name][2:]

    def is_named(self, name, first):
        if not first or not self.meant(name):
            return not first and not self.meant(name)
        kinds, subject = self.meant(name)
        return first["kind"] in kinds and subject in first["subject"]

    def edit(self, name):
        first = self.edited(name)
        print(f"{name}: {first}")
        if not self.is_named(name, first):
            raise Failed(f"{name}: {self.meant(name)} should come first")

    def mutation(self):
        """With a kernel one may be missed, and only NEGATIVE must be named correctly."""
        def one(name):
            try:
                return self.edited(name), None
            except Failed as failed:
                return None, failed
        found = named = 0
        wrong = []
        with concurrent.futures.ThreadPoolExecutor(SLOTS) as pool:
            for name, (first, failed) in zip(EDITS, pool.map(one, EDITS)):
                right = not failed and self.is_named(name, first)
                found += first is not None
                named += right and first is not None
                if not right and (self.firmware or name in NEGATIVE):
                    wrong.append(name)
                print(f"{name}: {first['kind']} of {first['subject']}" if first
                      else f"{name}: MISSED {failed or ''}",
                      "" if right else f"(not {self.meant(name)})", flush=True)
            for answer in pool.map(self.refused, REFUSED):
                print(answer)
        print(f"{found} of {len(EDITS)} edits found, {named} with their cause first; "
              f"{len(REFUSED)} refused by QEMU as expected; {self.retries} retries")
        if wrong:
            raise Failed(f"the cause does not come first: {wrong}")
        if found < len(EDITS) - 1:
            raise Failed("too many were missed")


class InStack(Boots):
    """With the QEMU and libvirt of a set of `fetch`."""

    def __init__(self, stack, *how):
        super().__init__(*how)
        self.stack = stack

    def take_target(self):
        """The versions that the set has."""
        self.fetch(["cloud", self.stack])
        with open(os.path.join(self.guests, self.stack, "versions")) as file:
            got = dict(line.split() for line in file)
        libvirt, qemu = (re.search(r"(?:\d+:)?(\d+\.\d+)", got[name])[1]
                         for name in ("libvirt0", "qemu-system-x86"))
        self.target = ("--target", f"libvirt={libvirt},qemu={qemu}")
        print(f"{self.stack}: libvirt {libvirt}, QEMU {qemu}")

    def boot_stack(self, name=None):
        self.take_target()
        rows = in_stack(dict(GOOD, **MIRRORED, **with_hosts(FULL)), self.stack)
        self.mirrored({name: rows[name]} if name else rows)


class WithoutKernel(Boots):
    firmware = True

    def rows(self):
        """What can be booted, without rows whose QEMU is not available."""
        rows = {}
        for name, row in dict(GOOD, **rows_of_mirrored()).items():
            try:
                self.fetch(row.get("guests", []))
                rows |= {} if name in SAME_DOMAIN else {name: row}
            except Failed as failed:
                print(f"without {name}: {failed}")
        return rows

    def silent(self):
        """One more I/O BAR than SeaBIOS has room for: it stops with a message."""
        domain = self.plan("silent.xml", ["--node", "vcpus=1,memory=512MiB", "--iommu", "none",
                                          "--nic", "virtio-net,per-node=15"])
        with open(domain) as file:
            xml = file.read().replace("<model type='virtio'/>", "<model type='e1000e'/>")
        with open(domain, "w") as file:
            file.write(xml)
        verdict, _ = self.boot(domain, ["--time-limit", str(SILENT_S)])
        first = (verdict["differences"] or [{}])[0]
        said = first.get("observed", "")
        if (first.get("kind") != "no-report" or "the guest was stopped at the time limit" not in said
                or "that means: SeaBIOS has no I/O ports left" not in said
                or "PCI: out of I/O address space" not in said):
            raise Failed(f"silent: {first}")
        print("silent: no report, and SeaBIOS's last words")

    def enrolled(self):
        """Firmware with enrolled keys would not start our images; the copy has no keys."""
        if not all(map(os.path.exists, ENROLLED)):
            print(f"without {ENROLLED}")
            return
        domain = self.plan("enrolled.xml", ["--node", "vcpus=1,memory=512MiB", "--nic",
                                            "e1000e,per-node=1", "--firmware", "efi"])
        with open(domain) as file:
            xml = re.sub("<firmware>.*</firmware>", "", file.read(), flags=re.S)
            xml = xml.replace("<os firmware='efi'>", "<os>").replace(
                "hvm</type>", "hvm</type><loader readonly='yes' secure='yes' type='pflash'>"
                f"{ENROLLED[0]}</loader><nvram template='{ENROLLED[1]}'>/nowhere</nvram>").replace(
                "<acpi/>", "<acpi/><smm state='on'/>")
        with open(domain, "w") as file:
            file.write(xml)
        verdict, _ = self.boot(domain, [])
        keys = [s for s in verdict["substitutions"] if s["planned"] == "enrolled keys"]
        if verdict["differences"] or verdict["checked"] < 80 or len(keys) != 1:
            raise Failed(f"enrolled: {json.dumps(verdict, indent=1)}")
        print(f"enrolled keys: {verdict['checked']} comparisons, no difference")

    def without_kernel(self):
        self.silent()
        self.enrolled()
        self.mirrored(self.rows())


def rows_of_mirrored():
    return dict(MIRRORED, **with_hosts(FULL)) if IS_FULL else MIRRORED


def with_hosts(rows):
    if not os.path.isdir(SHARED):
        print("../shared/hosts is absent: without its hosts")
        rows = {name: row for name, row in rows.items()
                if not row.get("host", "").startswith("shared/")}
    return rows


def run(boots, name):
    single = dict(GOOD, **MIRRORED, **FULL)
    if name == "mirrored":
        boots.mirrored(rows_of_mirrored())
    elif name == "firmware":
        boots.without_kernel()
    elif name == "mutation":
        boots.mutation()
    elif name in single:
        print(boots.good(name, single[name]))
    elif name in REFUSED:
        print(boots.refused(name))
    else:
        boots.edit(name)


def judge(boots, what, sets):
    try:
        boots.fetch(sets)
    except Failed as failed:
        print(failed)
        sys.exit(77)
    try:
        what()
    except Failed as failed:
        sys.exit(str(failed))
    if boots.retries:
        print(f"{boots.retries} of {RETRIES} retries used")


def main():
    program, guests, name = sys.argv[1:4]
    with tempfile.TemporaryDirectory() as work:
        how = [os.path.abspath(program), os.path.abspath(guests), work]
        stack, _, row = name.partition(":")
        if stack in STACKS:
            boots = InStack(stack, *how)
            judge(boots, lambda: boots.boot_stack(row or None), ["cloud", stack])
            return
        if name in ("firmware", "mutation") or name.startswith("firmware:"):
            name = name.partition(":")[2] or name
            sets = ["arm64"] if name == "firmware" else []
            boots = WithoutKernel(*how)
            judge(boots, lambda: run(boots, name), GOOD.get(name, {}).get("guests", sets))
            if name != "mutation" or not IS_FULL:
                return
        boots = Boots(*how)
        judge(boots, lambda: run(boots, name), GOOD.get(name, {}).get("guests", ["cloud"]))


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""boots.py PROGRAM GUESTS NAME: boots one row of the tables below and judges the verdict.

A row of GOOD is a plan that must boot without a difference. A row of EDITS is one edit of
the plan "seed": the edited domain is booted, what its kernel saw is recorded, and the
record is held against the unedited plan; the first difference must be of the named kind
and about the named subject, because that is the cause of all others. NAME may also be
"mutation", which boots every row of EDITS and counts those found.
"""
import concurrent.futures
import json
import os
import re
import subprocess
import sys
import tempfile

LIMIT_S = 300  # for a boot on a busy machine; alone it takes 5, nested 20

SEED = ("--node vcpus=4,memory=512MiB --node vcpus=2,memory=256MiB "
        "--node vcpus=2,memory=256MiB --nic e1000e,per-node=3 --iommu intel")

def uefi_arm(xml, guests):
    """UEFI and QEMU from packages that are only unpacked."""
    arm = os.path.join(guests, "arm64/usr")
    uefi = arm + "/share/AAVMF/AAVMF_"
    return (xml.replace("<os firmware='efi'>", "<os>")
            .replace("hvm</type>", "hvm</type><loader readonly='yes' type='pflash'>"
                     f"{uefi}CODE.no-secboot.fd</loader>"
                     f"<nvram template='{uefi}VARS.fd'>/nowhere</nvram>")
            .replace("<devices>", "<devices><emulator>"
                     f"{arm}/bin/qemu-system-aarch64</emulator>"))


# name: options of `plan` and of `boot`; the verdict must hold at least so many comparisons
# and answers of --assign, none of them bad. "guests": what to fetch, the kernel's first;
# "over": run with that set's QEMU and libvirt; "edit": of the plan, before it is booted.
GOOD = {
    "seed": dict(plan=SEED, checked=300),
    "seed-efi": dict(plan=SEED + " --firmware efi", checked=300),
    "assign": dict(plan=SEED, boot="--assign", checked=300, assigns=9),
    "assign-nested": dict(
        plan="--node vcpus=1,memory=1GiB --node vcpus=1,memory=1GiB "
             "--nic e1000e,per-node=1 --iommu intel",
        boot="--assign=nested", checked=150, assigns=3),
    "aarch64": dict(
        plan="--arch aarch64 --iommu smmuv3 --node vcpus=2,memory=512MiB "
             "--node vcpus=2,memory=256MiB --nic e1000e,per-node=2",
        boot="--assign", checked=170, assigns=4, guests=["arm64"], edit=uefi_arm),
    "igb": dict(
        plan="--target libvirt=11.3,qemu=10.0 --node vcpus=1,memory=512MiB "
             "--node vcpus=1,memory=512MiB --node vcpus=1,memory=512MiB "
             "--device igb,per-node=1,vfs=2 --iommu intel",
        boot="--assign", checked=200, assigns=6, guests=["cloud", "backports"],
        over="backports"),
}


def sub(pattern, replacement, count=1):
    def edit(xml):
        edited, n = re.subn(pattern, replacement, xml, count=count, flags=re.S)
        if n == 0:
            raise SystemExit(f"the plan holds no {pattern!r}")
        return edited
    return edit


def swap(one, other):
    def edit(xml):
        if one not in xml or other not in xml:
            raise SystemExit(f"the plan holds no {one!r} or {other!r}")
        return xml.replace(one, "@").replace(other, one).replace("@", other)
    return edit


# name: (edit, options of `boot`, kinds of which the first difference is one, subject)
EDITS = {
    "window-too-small": (sub("busNr='232'", "busNr='222'"), "",
                         ["root-missing"], "0000:"),
    "window-in-main-bus": (sub("busNr='220'", "busNr='4'"), "", ["root-missing"], ""),
    "chassis-twice": (sub("chassis='9'", "chassis='8'"), "", ["refused"], "guest"),
    "bus-twice": (sub("busNr='232'", "busNr='220'"), "", ["refused"], "guest"),
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
    "distance": (sub("(<cell id='1'[^>]*?)/>", r"\1><distances><sibling id='0' value='25'/>"
                     r"</distances></cell>"), "", ["distance"], ""),
    "cores-for-sockets": (sub("sockets='4' dies='1' cores='2'",
                              "sockets='2' dies='1' cores='4'"), "",
                          ["cpu-topology"], ""),
}

# Those of which the cause must come first, whatever else is found.
NEGATIVE = ["window-too-small", "chassis-twice", "node-swapped", "iommu-left-out",
            "iommu-off", "remapping-off", "acpi-off", "device-moved"]


class Boots:
    def __init__(self, program, guests, work, sets=("cloud",), over=None):
        here = os.path.dirname(os.path.abspath(__file__))
        self.program, self.guests, self.work = program, guests, work
        self.over = [os.path.join(here, "over"), os.path.join(guests, over)] if over else []
        if subprocess.run([os.path.join(here, "fetch"), guests, *sets],
                          timeout=500).returncode != 0:
            sys.exit(77)
        boot = os.path.join(guests, sets[0], "boot")
        self.kernel = os.path.join(boot, next(n for n in os.listdir(boot)
                                              if n.startswith("vmlinuz")))

    def path(self, name):
        return os.path.join(self.work, name)

    def plan(self, name, options):
        run = subprocess.run([self.program, "plan", "--type", "qemu"] + options.split(),
                             stdout=open(self.path(name), "w"), timeout=60)
        if run.returncode != 0:
            raise SystemExit(f"plan {options}: status {run.returncode}")
        return self.path(name)

    def boot(self, domain, options):
        """The verdict as JSON, and what was said about it."""
        run = subprocess.run(self.over +
                             [self.program, "boot", domain, "--kernel", self.kernel,
                              "--accel", "tcg", "--json", "--time-limit", str(LIMIT_S)]
                             + options.split(),
                             capture_output=True, text=True, timeout=LIMIT_S + 60)
        if run.returncode not in (0, 1):
            raise SystemExit(f"boot {domain}: status {run.returncode}: {run.stderr}")
        verdict = json.loads(run.stdout)
        if (run.returncode == 1) != bool(verdict["differences"]):
            raise SystemExit(f"boot {domain}: status {run.returncode} with {run.stdout}")
        return verdict, run.stderr

    def boot_twice(self, domain, options):
        """
        As boot, and once more where the guest never said a word: under load QEMU 7.2's TCG
        was seen once to stand still before the first line of the kernel.
        """
        verdict, said = self.boot(domain, options)
        first = verdict["differences"][0] if verdict["differences"] else None
        if first and first["kind"] == "no-report":
            print(f"no report, so it is booted once more: {first['observed']}")
            verdict, said = self.boot(domain, options)
        return verdict, said

    def verify(self, expected, observed):
        run = subprocess.run([self.program, "verify", "--json", expected, observed],
                             capture_output=True, text=True, timeout=60)
        if run.returncode not in (0, 1):
            raise SystemExit(f"verify: status {run.returncode}: {run.stderr}")
        return json.loads(run.stdout)

    def good(self, row):
        domain, record = self.plan("plan.xml", row["plan"]), self.path("record.xml")
        if "edit" in row:
            xml = open(domain).read()
            open(domain, "w").write(row["edit"](xml, self.guests))
        verdict, said = self.boot_twice(domain,
                                        row.get("boot", "") + " --record " + record)
        print(said, end="")
        answers = verdict.get("assign", [])
        if (verdict["differences"] or verdict["checked"] < row["checked"]
                or len(answers) != row.get("assigns", 0)
                or not all(answer["ok"] for answer in answers)):
            raise SystemExit(json.dumps(verdict, indent=1))
        again = self.verify(domain, record)
        if again["differences"]:
            raise SystemExit("verify: " + json.dumps(again, indent=1))
        print(f"{verdict['checked']} comparisons, no difference, "
              f"{len(answers)} assignments that work")

    def edited(self, name):
        """The first difference that the edit makes, None if none was seen."""
        edit, options, _, _ = EDITS[name]
        plan = self.plan(name + "-plan.xml", SEED)
        domain, record = self.path(name + ".xml"), self.path(name + "-record.xml")
        with open(domain, "w") as out:
            out.write(edit(open(plan).read()))
        verdict, _ = self.boot(domain, options + " --record " + record)
        if os.path.exists(record):
            verdict = self.verify(plan, record)
        return verdict["differences"][0] if verdict["differences"] else None

    def edited_twice(self, name):
        """As edited, and once more where a guest that should have spoken did not."""
        first = self.edited(name)
        if first and first["kind"] == "no-report" and "no-report" not in EDITS[name][2]:
            print(f"{name}: no report, so it is booted once more: {first['observed']}")
            first = self.edited(name)
        return first

    @staticmethod
    def is_cause(name, first):
        _, _, kinds, subject = EDITS[name]
        return bool(first) and first["kind"] in kinds and subject in first["subject"]

    def edit(self, name):
        _, _, kinds, subject = EDITS[name]
        first = self.edited_twice(name)
        print(f"{name}: {first}")
        if not self.is_cause(name, first):
            raise SystemExit(f"{name}: the first difference should be {kinds} of {subject}")

    def mutation(self):
        found = {}
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for name, first in zip(EDITS, pool.map(self.edited_twice, EDITS)):
                found[name] = first
                print(f"{name}:", f"{first['kind']} of {first['subject']}" if first
                      else "MISSED", flush=True)
                if first and first["kind"] == "no-report":
                    print(first["observed"])
        count = sum(first is not None for first in found.values())
        print(f"{count} of {len(found)} edits found")
        wrong = [name for name in NEGATIVE if not self.is_cause(name, found[name])]
        if wrong:
            raise SystemExit(f"the cause does not come first: {wrong}")
        if count < len(found) - 1:
            raise SystemExit("too many were missed")


def main():
    program, guests, name = sys.argv[1:4]
    row = GOOD.get(name, {})
    with tempfile.TemporaryDirectory() as work:
        boots = Boots(os.path.abspath(program), os.path.abspath(guests), work,
                      row.get("guests", ["cloud"]), row.get("over"))
        if row:
            boots.good(row)
        elif name == "mutation":
            boots.mutation()
        else:
            boots.edit(name)


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: LGPL-2.1-or-later
"""rows.py - the tables of boots.py: what is booted, and the expected result."""
import os
import re

SEED = ("--node vcpus=4,memory=512MiB --node vcpus=2,memory=256MiB "
        "--node vcpus=2,memory=256MiB --nic e1000e,per-node=3 --iommu intel")


NEWEST = dict(guests=["cloud", "newest"], inside="newest")
ARM_QEMU = "arm64/usr/bin/qemu-system-aarch64"  # below GUESTS


def uefi_arm(xml, guests):
    """UEFI from a package that is unpacked but not installed."""
    arm = os.path.join(guests, "arm64/usr")
    uefi = arm + "/share/AAVMF/AAVMF_"
    return (xml.replace("<os firmware='efi'>", "<os>")
            .replace("hvm</type>", "hvm</type><loader readonly='yes' type='pflash'>"
                     f"{uefi}CODE.no-secboot.fd</loader>"
                     f"<nvram template='{uefi}VARS.fd'>/nowhere</nvram>"))


# name: options of `plan` and of `boot`; the minimum number of comparisons in the verdict
# and of answers of --assign, none of which may be bad. "host": what to mirror
# (tests/hosts/source.py); "virt_install": virt-install's arguments for the domain in
# which to plan; "domain": a file that is booted unchanged, instead of "plan"; "guests":
# what to fetch, the kernel's first; "inside": run in that set, a root file system, with
# its QEMU and libvirt; "edit": of the plan, before it is booted; "limit": seconds for the
# boot; "argv": what QEMU's command line contains that libvirt makes for the unchanged
# plan. "emulator": the QEMU to run, below GUESTS. "stacks": those of STACKS in which the
# row is booted as well, if not all.
GOOD = {
    "seed": dict(plan=SEED, checked=300),
    "seed-efi": dict(plan=SEED + " --firmware efi", checked=300),
    # More hot-pluggable ports on the first expander bus than OVMF 2022.11 has I/O space
    # for: unless plan switches hotplug off, no device gets a BAR ("firmware" sees it).
    "ports-efi": dict(
        plan="--node vcpus=1,memory=512MiB --node vcpus=1,memory=256MiB --firmware efi "
             "--nic virtio-net,node=0,count=11 --nic virtio-net,node=1,count=2", checked=200),
    "assign": dict(plan=SEED, boot="--assign", checked=300, assigns=9),
    "assign-nested": dict(
        plan="--node vcpus=1,memory=1GiB --node vcpus=1,memory=1GiB "
             "--nic e1000e,per-node=1 --iommu intel",
        boot="--assign=nested", checked=150, assigns=3),
    "aarch64": dict(
        plan="--arch aarch64 --iommu smmuv3 --node vcpus=2,memory=512MiB "
             "--node vcpus=2,memory=256MiB --nic e1000e,per-node=2",
        boot="--assign", checked=170, assigns=4, guests=["arm64"], edit=uefi_arm,
        emulator=ARM_QEMU),
    "igb": dict(
        plan="--target libvirt=11.3,qemu=10.0 --node vcpus=1,memory=512MiB "
             "--node vcpus=1,memory=512MiB --node vcpus=1,memory=512MiB "
             "--device igb,per-node=1,vfs=2 --iommu intel",
        boot="--assign", checked=200, assigns=6, **NEWEST),
    "seed-newest": dict(plan=SEED, checked=300, stacks=(), **NEWEST),
    # An SMMUv3 for each root bus.
    "aarch64-newest": dict(
        plan="--arch aarch64 --iommu smmuv3 --target libvirt=12.9,qemu=11.1 --node vcpus=2,memory=512MiB "
             "--node vcpus=2,memory=256MiB --nic e1000e,per-node=2",
        boot="--assign", checked=170, assigns=4, guests=["arm64", "newest"], edit=uefi_arm,
        inside="newest", stacks=()),
}

# The host of the 2017 article, planned in a domain of virt-install, in one call.
HERE = os.path.dirname(os.path.abspath(__file__))
GOOD["in-place"] = dict(
    virt_install="--osinfo debian11 --disk none --network user --graphics none",
    plan=SEED, boot="--assign", checked=400, assigns=9)
# A domain without a plan, on the chipset of libvirt's machine pc.
GOOD["pc"] = dict(domain=f"{HERE}/pc-plain.xml", checked=60)
GOOD["pc-no-acpi"] = dict(domain=f"{HERE}/pc-plain.xml", checked=50,
                          edit=lambda xml, guests: xml.replace("<acpi/>", ""))
# --firmware in an existing domain: libvirt chooses loader and variables.
GOOD["in-place-efi"] = dict(
    plan=f"--domain {HERE}/../domains/real/virt-install-bare.xml --firmware efi "
         "--debug-console --node vcpus=2,memory=512MiB --node vcpus=2,memory=256MiB "
         "--nic e1000e,per-node=2 --iommu intel", checked=220)
# The queues of a disk without a node are spread over all threads, which libvirt supports
# since 10.0 and QEMU since 9.0.
GOOD["iothreads"] = dict(
    plan=f"--domain {HERE}/../golden/plan/disks.xml --target libvirt=11.3,qemu=10.0 "
         "--node vcpus=2,memory=512MiB --node vcpus=2,memory=512MiB --iothreads per-node "
         "--place vdb=1 --iommu intel",
    argv=['"iothread-vq-mapping":[{"iothread":"iothread1"},{"iothread":"iothread2"}]',
          '"iothread":"iothread2"'],
    checked=150, **NEWEST)
# Queues of disks and controllers, mapped to the threads of their node.
GOOD["queues"] = dict(
    plan=f"--domain {HERE}/../golden/plan/disks.xml --target libvirt=12.0,qemu=11.0 "
         "--node vcpus=4,memory=512MiB --node vcpus=2,memory=512MiB "
         "--iothreads per-node=2 --queues node --place vda=0 --place vdb=1 "
         "--device virtio-scsi,node=1 --iommu intel",
    argv=['"num-queues":4,"iothread-vq-mapping":[{"iothread":"iothread1","vqs":[0,2]},'
          '{"iothread":"iothread2","vqs":[1,3]}]',
          '"num-queues":2,"iothread-vq-mapping":[{"iothread":"iothread3","vqs":[0]},'
          '{"iothread":"iothread4","vqs":[1]}]'],
    checked=150, **NEWEST)

SHRUNK = "--cpus-per-node 2 --memory-per-node 256MiB"

# Booted in every run of the tests, two at a time.
MIRRORED = {
    "two-nodes": dict(host="own/two-nodes", plan=SHRUNK, checked=200),
    "cpu-less": dict(host="own/cpu-less", plan=SHRUNK + " --hmat", checked=180),
    "sriov": dict(host="own/sriov", plan=SHRUNK, checked=150),
    "groups": dict(host="own/groups", plan=SHRUNK, checked=170),
    "silent": dict(host="own/silent", plan=SHRUNK, checked=160),
    "wide-domain": dict(host="own/wide-domain", plan=SHRUNK, checked=190),
    "switches": dict(host="own/switches", plan=SHRUNK + " --per node", checked=350),
    "switches-kept": dict(host="own/switches", plan=SHRUNK, checked=400),
    "hgx": dict(host="own/hgx", plan=SHRUNK, checked=700),
}

TINY = "--cpus-per-node 1 --memory-per-node 128MiB"
TWO = "--node vcpus=1,memory=512MiB --node vcpus=1,memory=256MiB "
EIGHT = "--node vcpus=1,memory=256MiB " + 7 * "--node vcpus=1,memory=128MiB "
VIRTIO = ("--device virtio-net,per-node=1 --device virtio-scsi,per-node=1 "
          "--device virtio-rng,per-node=1 ")
PER_COMPLEX = " --per root-complex"
FULL_LIMIT_S = 1800


def full(**row):
    return dict(row, limit=FULL_LIMIT_S)


# Also booted if VIRT_LAYOUT_FULL is set.
FULL = {
    "8x8": full(host="own/8x8", plan=TINY, checked=1300),
    "64-nodes": full(host="own/64-nodes", plan=TINY, checked=4000),
    **{f"{name}-per-complex": full(host="own/" + name, plan=SHRUNK + PER_COMPLEX,
                                   checked=150)
       for name in ("two-nodes", "cpu-less", "sriov", "groups", "silent", "wide-domain")},
    **{f"{name}-efi": full(host="own/" + name, plan=SHRUNK + " --firmware efi", checked=150)
       for name in ("two-nodes", "cpu-less", "groups", "switches")},
    **{name: full(host="shared/" + name, plan=SHRUNK, checked=100) for name in (
        "16intel64-manyVFs.xml", "24em64t-2n6c2t-pci.xml", "28intel64-CoD-nogroups.xml",
        "64intel64-heteromem.xml", "96em64t-4n4d3ca2co-pci.xml", "cxlmem-guest.xml",
        "nvidiaDGX2.xml", "power8gpudistances.xml",
        "2pa-pcidomain32bits.tar.bz2", "32em64t-2n8c+dax+nvme+mic+dimms.tar.bz2",
        "32intel64-2p8co2t+8ve.tar.bz2", "40intel64-4n10c+pci-conflicts.tar.bz2",
        "fakememinitiators-1np2c+1npp+gi.tar.bz2", "nvidiagpunumanodes.tar.bz2")},
    "192em64t-24n8c2t.xml": full(host="shared/192em64t-24n8c2t.xml", plan=TINY,
                                 checked=700),
    "nvidiaDGX2.xml-kept": full(host="shared/nvidiaDGX2.xml", plan=SHRUNK + PER_COMPLEX,
                                checked=100),
    "spare-ports": full(plan=TWO + "--nic e1000e,per-node=2 --spare-ports 5",
                        checked=200),
    "spare-ports-efi": full(plan=TWO + "--nic virtio-net,per-node=2 --spare-ports 2 "
                                       "--firmware efi", checked=200),
    "8-nodes": full(plan=EIGHT + "--nic e1000e,per-node=1", checked=400),
    "multifunction": full(plan=TWO + "--nic virtio-net,per-node=40", checked=900),
    "virtio-iommu-on": full(plan=TWO + VIRTIO + "--iommu intel", checked=200),
    "virtio-iommu-off": full(plan=TWO + VIRTIO + "--iommu none", checked=150),
    "transitional": full(plan=f"--domain {HERE}/../golden/topology/transitional.xml "
                              "--node vcpus=1,memory=512MiB --node vcpus=1,memory=512MiB "
                              "--nic virtio-net,per-node=1", checked=180),
    "iommu-virtio": full(plan=TWO + "--nic virtio-net,per-node=2 --iommu virtio",
                         checked=150),
    "14-e1000e": full(plan=TWO + "--nic e1000e,per-node=7", checked=300),
    "9-e1000e-efi": full(plan=TWO + "--nic e1000e,node=0,count=5 "
                                    "--nic e1000e,node=1,count=4 --firmware efi",
                         checked=250),
    "120-ports": full(plan=TWO + "--nic virtio-net,per-node=60", checked=1500),
    "14-igb": full(plan="--target libvirt=11.3,qemu=10.0 " + TWO +
                        "--device igb,per-node=7,vfs=7 --iommu intel",
                   boot="--assign", checked=300, assigns=28, **NEWEST),
    "aarch64-8": full(
        plan="--arch aarch64 --iommu smmuv3 --node vcpus=2,memory=512MiB "
             "--node vcpus=2,memory=256MiB --nic virtio-net,per-node=8",
        checked=300, guests=["arm64"], edit=uefi_arm, emulator=ARM_QEMU),
    # The kernels of other releases of Debian, with modules.
    **{f"kernel-{release}": full(plan=SEED, boot="--assign", checked=300, assigns=9,
                                 guests=[f"kernel-{release}"], stacks=())
       for release in ("bookworm", "trixie", "forky")},
    # Two expander buses, of which one has an SMMUv3; since libvirt 11.10.
    "smmu-per-bus": full(domain=f"{HERE}/../domains/smmu-uncovered.xml", checked=100,
                         guests=["arm64", "newest"], edit=uefi_arm, inside="newest",
                         stacks=("newest",)),
}

# Sets of `fetch` with another libvirt and QEMU than this system's.
STACKS = ("trixie", "newest")


def in_stack(rows, stack):
    """
    The rows, planned for and booted with a stack's own programs, whatever their own target
    is; without what is booted there anyway.
    """
    made = {}
    for name, row in rows.items():
        if stack in row.get("stacks", STACKS) and row.get("inside") != stack:
            row = dict(row, inside=stack, limit=FULL_LIMIT_S,
                       guests=[row.get("guests", ["cloud"])[0], stack])
            row.pop("emulator", None)
            if "plan" in row:
                row["plan"] = re.sub(r"--target \S+ ?", "", row["plan"])
            made[name] = row
    return made

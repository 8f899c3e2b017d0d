# SPDX-License-Identifier: LGPL-2.1-or-later
"""Random requests for `virt-layout plan`, from a random.Random."""
KINDS = ["e1000e", "virtio-net", "virtio-scsi", "virtio-rng", "vmxnet3", "virtio-gpu",
         "qemu-xhci"]


def random_request(dice):
    """The arguments of one request."""
    words = []
    for node in range(dice.randint(1, dice.choice([3, 3, 10]))):
        vcpus = 0 if node and dice.random() < 0.2 else dice.randint(1, 8)
        words += ["--node", f"vcpus={vcpus},memory={64 * dice.randint(1, 32)}MiB"]
    nodes = len(words) // 2
    for _ in range(dice.randint(0, 5)):
        where = (f"per-node={dice.randint(0, 3)}" if dice.random() < 0.5 else
                 f"node={dice.randrange(nodes)},count={dice.randint(1, 6)}")
        group = ",iommu-group=shared" if dice.random() < 0.1 else ""
        words += ["--device", f"{dice.choice(KINDS)},{where}{group}"]
    for flag, chance, values in [("--iommu", 0.3, ["none", "virtio"]),
                                 ("--spare-ports", 0.3, ["1", "3"]),
                                 ("--general-ports", 0.3, ["0", "1", "12"]),
                                 ("--firmware", 0.2, ["efi"]),
                                 ("--mgmt", 0.2, ["user"]),
                                 ("--disk", 0.2, ["/images/a.qcow2"]),
                                 ("--type", 0.5, ["qemu"])]:
        if dice.random() < chance:
            words += [flag, dice.choice(values)]
    return words

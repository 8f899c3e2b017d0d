# SPDX-License-Identifier: LGPL-2.1-or-later
"""What refusals of libvirt and QEMU are about, by their words."""
import re

# On our ground: the rules of ours that stand for a refusal. None: no rule does.
OURS = [
    (r"cannot be plugged into the PCI controller", {"pci-connect-type", "pxb-parent"}),
    (r"Attempted double use of PCI Address", {"pci-address-dup"}),
    (r"slot must be", {"pci-slot-range", "value-malformed"}),
    (r"Only PCI domain 0", {"pci-domain"}),
    (r"a PCIe? slot is needed|No more available PCI slots|Cannot automatically add a new PCI bus", {"pci-no-slot"}),
    (r"No PCI buses available|does not support PCI", {"pci-no-slot", "machine-no-pci", "machine-no-pci-controller"}),
    (r"Multiple '.*' controllers with index", {"controller-index-dup"}),
    (r"PCI controller index .* too high", {"controller-index-range"}),
    (r"must be model='pci", {"pci-root-model"}),
    (r"pci-root and pcie-root controllers should have index 0", {"pci-root-model"}),
    (r"pci-root and pcie-root controllers should not have an address", {"pci-root-address"}),
    (r"expander-bus controllers are", {"pxb-machine"}),
    (r"busNr .* out of range", {"pxb-busnr-range"}),
    (r"(chassis|port|chassisNr) .* out of range", {"chassis-range"}),
    (r"Cannot find 'iothread'|iothread .* not defined in iothreadid|'iothread' attribute only supported", {"iothread-exists"}),
    (r"maximum vCPU count must not be less", {"vcpus-limit"}),
    (r"Option '(busNr|numaNode|chassis|port|hotplug|chassisNr|pcihole64)' is not valid", {"busnr-misplaced"}),
    (r"No free busNr", {"busnr-exhausted"}),
    (r"configured for a NUMA node", {"pxb-node-exists"}),
    (r"index must be larger than bus", {"bridge-parent-order"}),
    (r"must have PCI address 0:0:", {"sata-place"}),
    (r"overlapping vCPU ids", {"numa-cells-overlap"}),
    (r"non-contiguous ranges or ranges not starting from 0", {"numa-cell-ids"}),
    (r"CPU IDs in <numa> exceed|Number of CPUs in <numa> exceeds", {"numa-cpu-range"}),
    (r"CPU topology doesn't match", {"topology-product"}),
    (r"is invalid for 'sibling id", {"distance-value"}),
    (r"does not refer to a valid cell", {"distance-sibling"}),
    (r"memnode.*(must correspond|without any guest NUMA)|Multiple memnode|placement.*memnode|memnode.*placement"
     r"|Per-node binding is not compatible with automatic", {"memnode-valid", "memnode-placement"}),
    (r"'restrictive' mode is required in memory element", {"memnode-restrictive"}),
    (r"Link already defined", {"hmat-twice"}),
    (r"can't be initiator", {"hmat-initiator"}),
    (r"Duplicate info for NUMA latencies", {"hmat-twice"}),
    (r"refers to a non-existent NUMA node", {"hmat-nodes"}),
    (r"Cache level '.*' already defined|heard of that much cache level", {"numa-cache-level"}),
    (r"'restrictive' mode is required in memnode", {"memnode-valid"}),
    (r"hugepages: node \d+ not found", {"hugepage-node"}),
    (r"two master hugepages detected", None),
    (r"can't add memory backend for guest node|overlaps with other memory device"
     r"|numa node has to be configured when enabling memory hotplug", None),
    (r"shmem size must be", {"shmem-size"}),
    (r"msi option is only supported with a server|shmem model '.*' (is supported only|does not support size)", {"shmem-server"}),
    (r"ivshmem device is (no longer|not) supported", {"shmem-model"}),
    (r"requires shared memory", {"shared-memory"}),
    (r"Memory size must be specified", {"memory-missing"}),
    (r"'vcpusched' attributes 'vcpus' must not overlap|'iothreadsched' attributes", {"scheduler-once"}),
    (r"IOMMU interrupt remapping requires", {"iommu-intremap-ioapic"}),
    (r"IOMMU eim requires|EIM mode requires accel=kvm", {"iommu-eim-intremap", "iommu-eim-kvm"}),
    (r"only a single IOMMU", {"iommu-count"}),
    (r"IOMMU device: '.*' is only supported", {"iommu-machine"}),
    (r"iommu model '.*' can't have address", {"iommu-address"}),
    (r"doesn't support (some )?additional attributes", {"iommu-attributes"}),
    (r"[Ii]nvalid address type|unexpected address type|address not supported for video|must use .* address type"
     r"|requires address type|requires address of usb type|Invalid address for a USB device"
     r"|cannot have an address of type|needs a PCI address|only 'pci' addresses are supported"
     r"|supported only with PCI address type|Unsupported address type"
     r"|only with ISA address type|does not support configuring the address", {"address-type"}),
    (r"needs to be an integrated device", {"iommu-virtio-root"}),
    (r"IOMMU device: .* requires ACPI", {"iommu-virtio-acpi"}),
    (r"ACPI requires UEFI", {"acpi-needs-uefi"}),
    (r"UEFI requires ACPI", {"uefi-needs-acpi"}),
    (r"more than 255 vCPUs require", {"vcpus-need-eim"}),
    (r"greater than specified machine type limit", {"vcpus-limit"}),
    (r"iommu driver option is only supported for virtio", {"iommu-on-non-virtio"}),
    (r"Hostdev already exists", {"hostdev-dup"}),
    (r"nodeset for NUMA memory tuning must be set", {"numatune-nodeset"}),
    (r"[Dd]uplicate.*vcpupin|vcpupin.*[Dd]uplicate", {"pin-vcpu"}),
    (r"Invalid value of '(nodeset|cpuset|cpus)'|Extra element vcpu in", {"value-malformed"}),
    # QEMU's words
    (r"PCI: slot \d+ function \d+ already occupied|PCI: single function device can't be populated", {"multifunction-off", "pci-address-dup"}),
    (r"VIRTIO_F_IOMMU_PLATFORM was supported by neither", {"iommu-on-transitional"}),
    (r"phys-bits too low", {"memory-address-bits"}),
    (r"memory hotplug is not enabled", None),
    (r"does not support multiple vIOMMUs", {"iommu-count"}),
    (r"Number of SMP CPUs requested .* exceeds max CPUs", {"vcpus-gic", "vcpus-limit"}),
    (r"memory size must not exceed|cannot model more than", {"machine-memory"}),
    (r"APIC ID \d+ requires x2APIC", {"vcpus-x2apic"}),
    (r"CPU cache mode '.*' can only|unsupported CPU cache level", {"cpu-cache"}),
]
# Elsewhere, by kind.
ELSEWHERE = [
    ("schema", r"failed to validate against schema"),
    ("video", r"[Vv]ideo|vgpu|graphics|OpenGL|display=on|[Ss]pice|SPICE|TLS port|vdagent|egl-headless"),
    ("TPM", r"TPM"),
    ("firmware", r"firmware|NVRAM|nvram|[Ll]oader|BIOS|var store|varstore|stateless|pflash"),
    ("launch security", r"launch security|SEV|sgx"),
    ("USB", r"USB|xhci' controller only"),
    ("SCSI host", r"SCSI host|vhost SCSI"),
    ("disk", r"disk|storage|encryption|<auth>|secret|IDE unit|Bus 'ide|lun|SCSI emulation|if=sd|protocol|qcow|vpd"),
    ("character", r"char device|chardev|serial|Serial|redirdev|guestfwd"),
    ("network", r"portForward|rx_queue_size|slirp|netdev|network|element 'backend': 'passt'"),
    ("CPU", r"[Cc]PU|kernel irqchip|stimer|hyperv|SVE|pvspinlock|paravirtual spinlocks|Cortex"),
    ("machine feature", r"feature|SMM|boot elements|timer|gic-version|zPCI|i8042|machine type|machine\.acpi' not found"),
    ("label", r"security model|seclabel"),
    ("file system", r"[Ff]ilesystem|virtiofs"),
    ("input", r"input|non-\)transitional|non-transitional"),
    ("emulator", r"No emulator found"),
    ("device model", r"is not a valid device model name|not supported (by|with) this QEMU"),
]


def about(words):
    """("ours", rules or None), or (a kind, None); None: nobody has judged these words."""
    for pattern, rules in OURS:
        if re.search(pattern, words):
            return "ours", rules
    for kind, pattern in ELSEWHERE:
        if re.search(pattern, words):
            return kind, None
    return None

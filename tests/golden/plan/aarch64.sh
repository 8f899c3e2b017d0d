virt-layout plan --arch aarch64 --node vcpus=2,memory=1GiB --node vcpus=2,memory=1GiB --nic e1000e,per-node=2
# <acpi/>, which expander buses need, needs UEFI firmware.
cat >$SCRATCH/plain.xml <<END
<domain type='qemu'>
  <name>plain</name>
  <memory unit='GiB'>4</memory>
  <vcpu>4</vcpu>
  <os><type arch='aarch64' machine='virt'>hvm</type></os>
  <features><gic version='3'/></features>
  <cpu mode='maximum'/>
  <devices/>
</domain>
END
P="virt-layout plan --domain $SCRATCH/plain.xml --node vcpus=2,memory=2GiB --node vcpus=2,memory=2GiB --nic virtio,per-node=1"
$P
$P --firmware efi | grep -E "<acpi|firmware="

# Large BARs get the address bits that they need; the result passes the check, and planning
# it again changes nothing. If it is not known whether the CPU can have them, the domain keeps its own.
cd tests/domains
try() { # FILE OPTION...
	virt-layout plan --domain "$@" --node vcpus=2,memory=1GiB >$SCRATCH/a.xml 2>$SCRATCH/err || cat $SCRATCH/err
	grep -E "maxphysaddr|pcihole64" $SCRATCH/a.xml || echo none
	virt-layout check --only mmio64-fit $SCRATCH/a.xml 2>&1 | sed "/^target/d"
	shift
	virt-layout plan --domain $SCRATCH/a.xml "$@" --node vcpus=2,memory=1GiB 2>/dev/null | cmp - $SCRATCH/a.xml
}
try mmio64-fit.xml
try mmio64-fit--efi.xml
sed "s/type='qemu'/type='kvm'/" mmio64-fit--efi.xml >$SCRATCH/kvm.xml
try $SCRATCH/kvm.xml # the host's CPU is not known
(virt-layout plan --arch aarch64 --type qemu --target libvirt=12.9,qemu=11.1 --node vcpus=2,memory=1GiB | sed "/<devices>/a <shmem name='large'><model type='ivshmem-plain'/><size unit='GiB'>1024</size></shmem>") >$SCRATCH/virt.xml 2>/dev/null
try $SCRATCH/virt.xml --target libvirt=12.9,qemu=11.1
# A window of machine type virt: only if the target has it and the CPU's address bits are known.
try $SCRATCH/virt.xml --target libvirt=11.3,qemu=10.0
sed "s/type='qemu'/type='kvm'/" $SCRATCH/virt.xml >$SCRATCH/kvm.xml
try $SCRATCH/kvm.xml --target libvirt=12.9,qemu=11.1
# The memory of Grace's GPUs is a BAR in the guest.
cd - >/dev/null
tests/hosts/make-root gb200 $SCRATCH/h
P="virt-layout plan --target libvirt=12.9,qemu=11.1 --host $SCRATCH/h --arch aarch64 --iommu smmuv3,accel=on --node vcpus=4,memory=8GiB --node vcpus=4,memory=8GiB"
for n in 1 2 3 4; do
	P="$P --hostdev 00$(echo 08 09 18 19 | cut -d ' ' -f $n):01:00.0,node=$(((n - 1) / 2))"
	$P 2>/dev/null >$SCRATCH/g.xml
	echo $n GPUs: $(grep pcihole64 $SCRATCH/g.xml || echo none)
	virt-layout check --target libvirt=12.9,qemu=11.1 --host $SCRATCH/h --only mmio64-fit --only virt-window $SCRATCH/g.xml 2>&1 | grep -v "^target"
	virt-layout plan --target libvirt=12.9,qemu=11.1 --domain $SCRATCH/g.xml --host $SCRATCH/h 2>/dev/null | cmp - $SCRATCH/g.xml
done
# pcie-root is written out if libvirt would add it.
sed -z "s| *<controller [^>]*index='0' model='pcie-root'>.*</pcihole64>\n *</controller>\n||" $SCRATCH/g.xml >$SCRATCH/rootless.xml
virt-layout plan --target libvirt=12.9,qemu=11.1 --domain $SCRATCH/rootless.xml --host $SCRATCH/h 2>/dev/null | diff $SCRATCH/rootless.xml -
# A CPU that QEMU emulates and that has enough bits, one with too few, one that is not known.
cd tests/domains
for model in cortex-a57 cortex-a53 cortex-a78; do
	sed "s/<cpu mode='maximum'>/<cpu mode='custom'><model>$model<\/model>/" $SCRATCH/virt.xml >$SCRATCH/model.xml
	echo $model: $(virt-layout plan --domain $SCRATCH/model.xml --target libvirt=12.9,qemu=11.1 --node vcpus=2,memory=1GiB 2>/dev/null | grep pcihole64)
	virt-layout check --only mmio64-fit --target libvirt=12.9,qemu=11.1 $SCRATCH/model.xml 2>&1 | sed "/^target/d"
done
cd - >/dev/null
# GPUs that the plan adds to a domain count, too.
tests/hosts/make-root mi300x $SCRATCH/m
virt-layout plan --type qemu --iommu none --target libvirt=12.9,qemu=11.1 --node vcpus=2,memory=1GiB >$SCRATCH/b.xml 2>/dev/null
P="virt-layout plan --target libvirt=12.9,qemu=11.1 --host $SCRATCH/m"
for gpu in 03 04 23; do
	P="$P --hostdev 0000:$gpu:00.0,node=0"
	$P --domain $SCRATCH/b.xml 2>/dev/null >$SCRATCH/g.xml
	echo 0000:$gpu:00.0: $(grep maxphysaddr $SCRATCH/g.xml || echo none)
	virt-layout check --target libvirt=12.9,qemu=11.1 --host $SCRATCH/m --only mmio64-fit $SCRATCH/g.xml 2>&1 | grep -v "^target"
	virt-layout plan --target libvirt=12.9,qemu=11.1 --host $SCRATCH/m --domain $SCRATCH/g.xml 2>/dev/null | cmp - $SCRATCH/g.xml
done

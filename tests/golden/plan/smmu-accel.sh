P="virt-layout plan --target libvirt=12.9,qemu=11.1"
tests/hosts/make-root gb200 $SCRATCH/h &&
	$P --arch aarch64 --iommu smmuv3,accel=on --node vcpus=4,memory=8GiB --hostdev 0008:01:00.0,node=0 --nic virtio,node=0 -o $SCRATCH/a.xml &&
	grep -A1 "<iommu \|<hostdev" $SCRATCH/a.xml
$P --arch aarch64 --iommu smmuv3,accel=on --node vcpus=4,memory=8GiB --node vcpus=4,memory=8GiB --hostdev 0008:01:00.0,node=0 --hostdev 0000:01:00.0,node=0 --hostdev 0018:01:00.0,node=1 -o $SCRATCH/b.xml &&
	grep -A1 "<iommu \|<hostdev" $SCRATCH/b.xml &&
	$P --domain $SCRATCH/b.xml --host $SCRATCH/h -o $SCRATCH/c.xml &&
	diff $SCRATCH/b.xml $SCRATCH/c.xml | grep "^[<>].*\(iommu\|driver\|busNr\)"
$P --domain $SCRATCH/c.xml --host $SCRATCH/h --diff
$P --domain $SCRATCH/c.xml --host $SCRATCH/h --iommu smmuv3,accel=on --diff
virt-layout plan --arch aarch64 --iommu smmuv3,accel=on --node vcpus=1,memory=1GiB
$P --arch aarch64 --type qemu --iommu smmuv3,accel=on --node vcpus=1,memory=1GiB
$P --iommu smmuv3,accel=off --node vcpus=1,memory=1GiB
# A domain with an emulated device beside the host device: the latter moves. Twice the same.
$P --arch aarch64 --iommu none --node vcpus=4,memory=8GiB --hostdev 0008:01:00.0,node=0 --hostdev 0008:01:00.1,node=0 --nic virtio,node=0 -o $SCRATCH/d.xml &&
	$P --domain $SCRATCH/d.xml --iommu smmuv3,accel=on -o $SCRATCH/e.xml
diff $SCRATCH/d.xml $SCRATCH/e.xml | grep "^[<>].*\(iommu\|driver\|busNr\|function='0x1'\)"
$P --domain $SCRATCH/e.xml --iommu smmuv3,accel=on --diff &&
	$P --domain $SCRATCH/e.xml --nic virtio,node=0 --hostdev 0009:01:00.0,node=0 -o $SCRATCH/f.xml &&
	virt-layout check --target libvirt=12.9,qemu=11.1 --only smmu-accel-devices --only iommu-cannot-vfio $SCRATCH/f.xml
# A new host device of another SMMU of the host gets a bus of its own.
$P --domain $SCRATCH/c.xml --host $SCRATCH/h --hostdev 0009:01:00.0,node=0 -o $SCRATCH/f.xml
diff $SCRATCH/c.xml $SCRATCH/f.xml | grep "^[<>].*\(iommu\|pciBus\|busNr\)"
$P --domain $SCRATCH/f.xml --host $SCRATCH/h --diff
# One of the whole machine becomes one for each bus; a bus without one gets one.
sed "s|</devices>|  <iommu model='smmuv3'/>\n  &|" $SCRATCH/d.xml >$SCRATCH/g.xml
$P --domain $SCRATCH/g.xml --iommu smmuv3,accel=on -o $SCRATCH/h.xml &&
	diff $SCRATCH/e.xml $SCRATCH/h.xml
sed -z "s| *<iommu model='smmuv3'>[^/]*pciBus='11' accel='on'/>\n *</iommu>\n||" $SCRATCH/h.xml >$SCRATCH/i.xml
$P --domain $SCRATCH/i.xml --iommu smmuv3,accel=on -o $SCRATCH/j.xml &&
	! cmp -s $SCRATCH/i.xml $SCRATCH/j.xml && diff $SCRATCH/h.xml $SCRATCH/j.xml
# One in <qemu:commandline> stays, so nothing is accelerated, and host devices are refused.
$P --arch aarch64 --iommu none --node vcpus=4,memory=8GiB -o $SCRATCH/none.xml
for domain in $SCRATCH/d.xml $SCRATCH/none.xml; do
	sed "s|<domain |&xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0' |; s|</domain>|<qemu:commandline><qemu:arg value='-machine'/><qemu:arg value='iommu=smmuv3'/></qemu:commandline>&|" $domain | $P --domain - --iommu smmuv3,accel=on -o $SCRATCH/k.xml
done
# The default supports host devices; the same options plan it again.
for target in libvirt=9.0,qemu=7.2 libvirt=12.9,qemu=11.1; do
	D="virt-layout plan --target $target --arch aarch64 --node vcpus=4,memory=8GiB --hostdev 0008:01:00.0,node=0"
	$D -o $SCRATCH/l.xml && grep "<iommu" $SCRATCH/l.xml && $D --domain $SCRATCH/l.xml --diff
done
$P --predict --domain $SCRATCH/h.xml | grep locked
# A root complex with two SMMUs becomes one expander bus for each.
virt-layout record $SCRATCH/h 2>/dev/null | sed "s/0009:00:00\.0/0008:02:00.0/g; s/0009:01:00\.0/0008:03:00.0/g; s/root=\"0009:00\"/root=\"0008:00\"/" >$SCRATCH/two.xml
D="$P --host $SCRATCH/two.xml --arch aarch64 --iommu smmuv3,accel=on --node vcpus=4,memory=8GiB --hostdev 0008:01:00.0,node=0 --hostdev 0008:03:00.0,node=0"
$D -o $SCRATCH/l.xml && grep "accel=" $SCRATCH/l.xml && $D --domain $SCRATCH/l.xml --diff &&
	virt-layout check --target libvirt=12.9,qemu=11.1 --host $SCRATCH/two.xml --only smmu-accel-host --only path-worse $SCRATCH/l.xml

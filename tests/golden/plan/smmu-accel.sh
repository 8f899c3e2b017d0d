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

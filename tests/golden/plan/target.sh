cd tests/golden/plan
M=pc-q35
for v in 7.2 8.2 9.2 10.0 11.0 11.1 12.0 rhel9.4.0 rhel9.6.0 rhel10.2.0 rhel7.6.0 rhel11.0.0 noble mantic-hpb plucky resolute; do
	sed "s|pc-q35-7.2|$M-$v|" machine.xml > $SCRATCH/a.xml && (echo "$M-$v:" && virt-layout plan --domain $SCRATCH/a.xml --node vcpus=1,memory=1GiB --nic e1000e,per-node=1 2>&1 >$SCRATCH/b.xml && grep -c expander-bus $SCRATCH/b.xml && virt-layout check $SCRATCH/b.xml && virt-layout check --fix $SCRATCH/b.xml 2>&1 >$SCRATCH/c.xml && cmp $SCRATCH/b.xml $SCRATCH/c.xml) 2>&1 | sed "/skipped: no host/d"
done
virt-layout plan --domain machine.xml --target libvirt=9.0,qemu=7.0 --iommu intel
virt-layout plan --machine pc-q35-11.0 --node vcpus=300,memory=1GiB | grep "<type"
virt-layout plan --target qemu=10.0 --machine virt-10.1 --arch aarch64 --node vcpus=1,memory=1GiB
virt-layout plan --target installed --target libvirt=11.3 --node vcpus=1,memory=1GiB --predict >$SCRATCH/p
# Of the addresses that libvirt chooses, those of the target's libvirt.
sed "s|<controller.*|<controller type='scsi'/>|; s|arch='x86_64' machine='pc-q35-7.2'|arch='aarch64' machine='virt'|; s|<acpi/>|<gic version='3'/>|" machine.xml > $SCRATCH/scsi.xml
for libvirt in 9.0 12.9; do
	virt-layout plan --domain $SCRATCH/scsi.xml --predict --target libvirt=$libvirt,qemu=11.1 2>&1 | sed -n "/PCI tree/,/IOMMU groups/p"
done
# The types of distributions are as old as the QEMU that they came with.
for v in rhel7.3.0 rhel8.0.0 rhel9.6.0 noble; do
	virt-layout plan --machine pc-q35-$v --node vcpus=2,memory=256MiB --target libvirt=12.9,qemu=11.1 2>&1 | sed -n "/^virt-layout\|<type/p"
done
# The amd IOMMU works with host devices since QEMU 10.2, the smmuv3 one only if it is accelerated.
H="virt-layout plan --node vcpus=1,memory=1GiB --hostdev 0000:81:00.0,node=0"
$H --iommu amd --target libvirt=12.9,qemu=10.1
../../hosts/make-root hgx $SCRATCH/h
for iommu in amd intel virtio; do
	sed "/<?check/d; s/bus='0x81'/bus='0x83'/" ../../domains/iommu-cannot-vfio-near.xml | virt-layout plan --domain - --host $SCRATCH/h --iommu $iommu --target libvirt=12.9,qemu=11.1 -o $SCRATCH/w.xml &&
		virt-layout plan --domain $SCRATCH/w.xml | cmp - $SCRATCH/w.xml && echo same
	grep dma-remap $SCRATCH/w.xml
done
$H --arch aarch64 --iommu smmuv3 --target libvirt=12.9,qemu=11.1

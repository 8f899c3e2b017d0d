# GPUs of Grace get cells of their own, with the host's distances; twice the same.
P="virt-layout plan --target libvirt=12.9,qemu=11.1"
tests/hosts/make-root gb200 $SCRATCH/h && tests/hosts/make-root gh200 $SCRATCH/one
$P --host $SCRATCH/h --arch aarch64 --iommu smmuv3,accel=on --node vcpus=4,memory=8GiB --node vcpus=4,memory=8GiB --hostdev 0008:01:00.0,node=0 --hostdev 0018:01:00.0,node=1 -o $SCRATCH/a.xml &&
	grep "<cell \|<acpi nodeset\|nodeset=" $SCRATCH/a.xml && sed -n "/<cell id='10'/,/<.cell>/p" $SCRATCH/a.xml
virt-layout check --target libvirt=12.9,qemu=11.1 --host $SCRATCH/h --only initiator-gpu --only initiator-node --only initiator-cell --only node-number --only memnode-valid $SCRATCH/a.xml
# Caches of such a guest are not known.
virt-layout check --target libvirt=12.9,qemu=11.1 --host $SCRATCH/h --only l3-split $SCRATCH/a.xml
$P --domain $SCRATCH/a.xml --host $SCRATCH/h --diff
$P --domain $SCRATCH/a.xml --host $SCRATCH/h --predict | sed -n "/^SMMUv3/,/^bus/p"
# The options that planned it change nothing: --node does not count these cells, whose number is the plan's.
N="--node vcpus=4,memory=8GiB"
$P --domain $SCRATCH/a.xml --host $SCRATCH/h --arch aarch64 --iommu smmuv3,accel=on $N $N --hostdev 0008:01:00.0,node=0 --hostdev 0018:01:00.0,node=1 --diff
$P --domain $SCRATCH/a.xml $N $N --node vcpus=1,memory=1GiB
$P --domain $SCRATCH/a.xml $N
tests/hosts/make-root two-nodes $SCRATCH/two && $P --domain $SCRATCH/a.xml --like $SCRATCH/two --mirror none --cpus-per-node 4 --memory-per-node 8GiB --diff | grep "^[-+]"
# Another GPU; nothing else is put into such cells.
$P --domain $SCRATCH/a.xml --host $SCRATCH/h --hostdev 0009:01:00.0,node=0 --nic virtio,per-node=1 --iothreads per-node --spare-ports 1 -o $SCRATCH/b.xml &&
	diff $SCRATCH/a.xml $SCRATCH/b.xml | grep "cell \|nodeset\|<node>\|iothreads\|interface"
$P --domain $SCRATCH/b.xml --host $SCRATCH/h --diff
# One GPU with all initiators; not for a target without them.
$P --host $SCRATCH/one --arch aarch64 --iommu smmuv3,accel=on --node vcpus=4,memory=8GiB --hostdev 0009:01:00.0,node=0 | grep -c "<cell "
virt-layout plan --target libvirt=11.3,qemu=10.0 --host $SCRATCH/one --arch aarch64 --iommu none --node vcpus=4,memory=8GiB --hostdev 0009:01:00.0,node=0 | grep -c "<cell "
# Nodes need not be in the order of the GPUs; where their devices are not known, that is assumed.
tests/hosts/make-root gb300 $SCRATCH/other && virt-layout record $SCRATCH/other -o $SCRATCH/other.xml
grep -v "<initiator " $SCRATCH/other.xml >$SCRATCH/unknown.xml
for host in other.xml unknown.xml; do
	$P --host $SCRATCH/$host --arch aarch64 --iommu smmuv3,accel=on --node vcpus=4,memory=8GiB --hostdev 0008:01:00.0,node=0 2>&1 >$SCRATCH/c.xml | grep "GPU"
	echo $host: $(grep -c "value='11'" $SCRATCH/c.xml) distances within a GPU, $(grep -c "value='255'" $SCRATCH/c.xml) others
done
virt-layout topology $SCRATCH/other.xml | grep -m 3 generic-initiator
virt-layout topology $SCRATCH/one 2>&1 | grep -m 3 initiator
# No cell is bound to the memory of a GPU, and none without memory is bound.
$P --arch aarch64 --iommu none $N --node vcpus=0,memory=4GiB --hostdev 0008:01:00.0,node=0 2>/dev/null | sed "s|</numa>|<cell id='2' memory='0'/>&|" >$SCRATCH/spare.xml
$P --domain $SCRATCH/spare.xml --host $SCRATCH/h -o $SCRATCH/d.xml && grep "<mem.*nodeset\|<acpi nodeset" $SCRATCH/d.xml
$P --domain $SCRATCH/d.xml --host $SCRATCH/h --diff

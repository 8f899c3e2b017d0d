# Links and cliques of the host, in <qemu:override>; twice the same.
P="virt-layout plan --target libvirt=11.3,qemu=10.0"
tests/hosts/make-root hgx $SCRATCH/h &&
	$P --host $SCRATCH/h --iommu none --node vcpus=4,memory=8GiB --node vcpus=4,memory=8GiB --hostdev 13:00.0,node=0 --hostdev 14:00.0,node=0 --hostdev 15:00.0,node=0 --hostdev 83:00.0,node=1 --override link --override clique -o $SCRATCH/a.xml &&
	sed -n '/<alias\|<override/,/>/p; /<device alias/,/<.device>/p' $SCRATCH/a.xml &&
	virt-layout check --host $SCRATCH/h --only clique-missing --only port-link-hidden $SCRATCH/a.xml
$P --domain $SCRATCH/a.xml --host $SCRATCH/h --override link --override clique --diff
# GPUs that are added join the clique of those that they share a switch with, or get another number.
sed "s/value='0'/value='3'/" $SCRATCH/a.xml > $SCRATCH/b.xml
$P --domain $SCRATCH/b.xml --host $SCRATCH/h --hostdev 33:00.0,node=0 --hostdev 34:00.0,node=0 --override clique -o $SCRATCH/c.xml
sed -n '/<device .*alias/,/<.device>/p' $SCRATCH/c.xml
# Not with an older QEMU, not below a switch, not for one GPU, not without a host.
virt-layout plan --target libvirt=10.0,qemu=8.2 --host $SCRATCH/h --per node --iommu none --node vcpus=4,memory=8GiB --hostdev 15:00.0,node=0 --override link --override clique | grep override
$P --node vcpus=4,memory=8GiB --override clique
# Virtual functions of one GPU are not GPUs that a switch connects.
tests/hosts/make-root sriov $SCRATCH/v && virt-layout record $SCRATCH/v 2>$SCRATCH/err |
	sed 's/class="0x020000"/class="0x030200"/; s/vendor="0x8086" device="0x10c[9a]"/vendor="0x10de" device="0x2330"/' > $SCRATCH/v.xml
virt-layout plan --node vcpus=2,memory=1GiB --hostdev 81:10.0,node=0 --hostdev 81:10.1,node=0 --host $SCRATCH/v.xml --override clique -o $SCRATCH/w.xml
virt-layout check --host $SCRATCH/v.xml --only clique-missing $SCRATCH/w.xml
$P --host $SCRATCH/h --node vcpus=4,memory=8GiB --override speed

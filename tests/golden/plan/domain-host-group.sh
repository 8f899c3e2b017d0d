tests/hosts/make-root groups $SCRATCH/g &&
	sed "s|.*</hostdev>|&<hostdev mode=\"subsystem\" type=\"pci\" managed=\"yes\"><source><address bus=\"5\" function=\"1\"/></source></hostdev>|" tests/golden/plan/gpu-group.xml > $SCRATCH/a.xml &&
	P="virt-layout plan --host $SCRATCH/g --iommu intel --domain" &&
	$P $SCRATCH/a.xml -o $SCRATCH/b.xml &&
	diff $SCRATCH/a.xml $SCRATCH/b.xml | grep "^>.*\(pci\|target\|node\)"
$P $SCRATCH/b.xml --diff &&
	virt-layout plan --domain $SCRATCH/a.xml --host $SCRATCH/g -o $SCRATCH/c.xml &&
	$P $SCRATCH/c.xml --diff &&
	sed "s|<iommu |<hostdev mode=\"subsystem\" type=\"pci\" managed=\"yes\"><source><address bus=\"3\"/></source></hostdev>&|" $SCRATCH/b.xml | $P - --diff &&
	sed "s|<hostdev|<hostdev mode='subsystem' type='pci' managed='yes'><source><address bus='5' function='1'/></source></hostdev>&|" tests/golden/plan/gpu-group.xml |
	virt-layout plan --host $SCRATCH/g --domain - | grep "function='0x1'"
# New devices join the others of their group; the second plan changes nothing.
again() {
	virt-layout plan --domain $SCRATCH/n.xml --host $1 --diff && virt-layout plan --domain $SCRATCH/n.xml --host $1 $2 --diff &&
		grep -A9 "<hostdev\|to-pci" $SCRATCH/n.xml | grep -o "<address[^>]*bus=.0x[^>]*>"
}
add="--iommu intel --hostdev 0000:05:00.1,node=0"
virt-layout plan --host $SCRATCH/g --domain tests/golden/plan/gpu-group.xml $add -o $SCRATCH/n.xml && again $SCRATCH/g "$add"
add="--hostdev 0000:03:00.0,node=0 --hostdev 0000:04:00.0,node=0"
virt-layout plan --host $SCRATCH/g --domain $SCRATCH/b.xml $add -o $SCRATCH/n.xml && again $SCRATCH/g "$add"
# Those of the domain stay where they are if the host does not report their node.
virt-layout record $SCRATCH/g 2>$SCRATCH/err | sed 's/affinity="node" node="0" node-source="sysfs"/affinity="unknown" node-source="unknown"/' >$SCRATCH/unknown.xml
virt-layout plan --host $SCRATCH/unknown.xml --domain $SCRATCH/b.xml $add -o $SCRATCH/n.xml && again $SCRATCH/unknown.xml "$add"
# On two nodes they cannot have the same address space.
virt-layout plan --host $SCRATCH/g --domain tests/golden/plan/gpu-group.xml --iommu intel --node vcpus=2,memory=4GiB --node vcpus=2,memory=4GiB --hostdev 0000:05:00.1,node=1
# The bridge counts in the file for NCCL as in the matrix, also below a switch. It is needed here.
virt-layout plan --domain $SCRATCH/b.xml --host $SCRATCH/g $add -o $SCRATCH/n.xml 2>$SCRATCH/err
sed "s|<hostdev.*|<interface type='user'><model type='virtio'/>|; s|</hostdev>|</interface>|; /<source>/,/<.source>/d" tests/domains/path-worse--bridge.xml > $SCRATCH/nics.xml
for domain in n nics; do
	virt-layout plan --domain $SCRATCH/$domain.xml --host $SCRATCH/g --emit nccl -o $SCRATCH/nccl.xml 2>>$SCRATCH/err &&
		virt-layout verify $SCRATCH/$domain.xml $SCRATCH/nccl.xml
done
virt-layout topology --matrix -n $SCRATCH/nics.xml && virt-layout check --host $SCRATCH/g --only path-worse $SCRATCH/n.xml

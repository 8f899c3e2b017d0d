# A host device that --hostdev adds binds the cells at once, that of its own node to its host node.
tests/hosts/make-root two-nodes $SCRATCH/two
virt-layout plan --node vcpus=1,memory=1GiB --node vcpus=1,memory=1GiB -o $SCRATCH/empty.xml
H="--host $SCRATCH/two --hostdev 81:00.0,node=0"
virt-layout plan --domain $SCRATCH/empty.xml $H -o $SCRATCH/first.xml && grep memnode $SCRATCH/first.xml
virt-layout plan --domain $SCRATCH/first.xml $H --diff
virt-layout plan --domain $SCRATCH/first.xml --host $SCRATCH/two --diff
# On the wrong node, the remedy names the option; with a bus there, and without.
virt-layout plan --domain $SCRATCH/first.xml ${H%0}1
for node in 1 0; do
	sed "/<?check/d; s|<node>1|<node>$node|" tests/domains/hostdev-cell-affinity.xml | virt-layout check --host $SCRATCH/two --only hostdev-cell-affinity -
done
A="--node vcpus=4,memory=4GiB --node vcpus=2,memory=2GiB --nic e1000e,per-node=3 --spare-ports 1"
virt-layout plan $A > $SCRATCH/a.xml &&
	virt-layout plan --domain $SCRATCH/a.xml $A --diff &&
	tests/hosts/make-root switches $SCRATCH/h &&
	H="--node vcpus=4,memory=4GiB --node vcpus=2,memory=2GiB --host $SCRATCH/h --per root-complex" &&
	for add in 1a:00.0,node=0 1c:00.0,node=0 3d:00.0,node=0 88:00.0,node=1; do
		H="$H --hostdev $add"
		virt-layout plan $H ${from:+--domain $from} -o $SCRATCH/b.xml &&
			virt-layout plan $H --domain $SCRATCH/b.xml -o $SCRATCH/c.xml &&
			virt-layout plan $H --domain $SCRATCH/c.xml -o $SCRATCH/d.xml &&
			diff $SCRATCH/b.xml $SCRATCH/c.xml && cmp $SCRATCH/c.xml $SCRATCH/d.xml || break
		from=$SCRATCH/d.xml
	done &&
	H="--node vcpus=4,memory=4GiB --node vcpus=2,memory=2GiB --host $SCRATCH/h --spare-ports 1,for=e1000e" &&
	H="$H --hostdev 1a:00.0,node=0 --hostdev 3d:00.0,node=0 --hostdev 88:00.0,node=1" &&
	virt-layout plan $H -o $SCRATCH/b.xml && virt-layout plan $H --domain $SCRATCH/b.xml --diff &&
	# A host device stays on a cell without vCPUs and memory, which no host node backs.
	H="--target libvirt=12.9,qemu=11.1 --host $SCRATCH/h" &&
	virt-layout plan $H --domain tests/domains/initiator-device-near.xml --hostdev 0000:88:00.0,node=1 -o $SCRATCH/e.xml &&
	virt-layout plan $H --domain $SCRATCH/e.xml -o $SCRATCH/f.xml &&
	diff $SCRATCH/e.xml $SCRATCH/f.xml &&
	# --hmat without anything to write.
	H="--like $SCRATCH/h --hmat --mirror none --cpus-per-node 1 --memory-per-node 1GiB" &&
	virt-layout plan $H -o $SCRATCH/e.xml &&
	virt-layout plan $H --domain $SCRATCH/e.xml --diff &&
	cd $SCRATCH &&
	virt-layout plan --domain a.xml $A --device virtio-scsi,node=1 --diff

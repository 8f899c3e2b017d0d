N="--node vcpus=4,memory=1GiB --node vcpus=2,memory=1GiB"
A="$N --device virtio-scsi,node=0 --disk /srv/a.qcow2,node=1 --iothreads per-node=2 --queues node"
T="--target libvirt=12.0,qemu=11.0"
show() { sed -n '/<disk/,/<\/disk>/p; /type=.scsi/,/<\/controller>/p; /<iothreads>[0-9]/p; /pin /p' "$1"; }
# A new domain, which planning again does not change.
virt-layout plan $A $T -o $SCRATCH/a.xml && show $SCRATCH/a.xml &&
	virt-layout plan --domain $SCRATCH/a.xml $A $T --diff &&
	virt-layout check $SCRATCH/a.xml $T 2>/dev/null
# Older versions have one thread for each disk.
virt-layout plan $A --target libvirt=10.0,qemu=8.2 -o $SCRATCH/b.xml && show $SCRATCH/b.xml
# In a domain whose disk on node 1 has the thread of node 0, and in which IDs are named.
sed -e "s|<memory|<iothreads>2</iothreads><iothreadids><iothread id='1'/><iothread id='7'/></iothreadids><memory|" \
	-e "s|<driver name='qemu' type='raw'/>|<driver name='qemu' type='raw' queues='3' iothread='1'/>|" \
	tests/golden/plan/disks.xml > $SCRATCH/c.xml
B="$N --place vda=0 --place vdb=1 --iothreads per-node=2 --queues 2"
virt-layout plan --domain $SCRATCH/c.xml $B $T -o $SCRATCH/d.xml && show $SCRATCH/d.xml &&
	virt-layout plan --domain $SCRATCH/d.xml $B $T --diff
# Wrong values.
for wrong in per-node= per-node=0 per-node=1023 nodes; do
	virt-layout plan $N --iothreads $wrong
done
for wrong in 0 1023 nodes; do
	virt-layout plan $N --queues $wrong
done
virt-layout plan $N --disk /srv/a.raw,node=2
virt-layout plan $N --disk /srv/a.raw,node=x
virt-layout plan $N --disk /srv/a.raw --queues 9

tests/hosts/make-root two-nodes $SCRATCH/h &&
	D=$SCRATCH/h/sys/devices/pci0000:80/0000:80:01.0/0000:81:00.0/mlx5_core.vnet.2/vdpa0 &&
	mkdir -p $D/vhost-vdpa-0 $SCRATCH/h/sys/bus/vdpa/devices &&
	ln -s ../../../../../../bus/vdpa/drivers/vhost_vdpa $D/driver &&
	ln -s ../../../devices/${D#*/devices/} $SCRATCH/h/sys/bus/vdpa/devices/vdpa0 &&
	virt-layout record $SCRATCH/h | grep vdpa
D=tests/domains/vdpa-affinity--none.xml
virt-layout plan --domain $D --host $SCRATCH/h -o $SCRATCH/a.xml && diff $D $SCRATCH/a.xml | grep "address\|cpuset"
virt-layout plan --domain $SCRATCH/a.xml --host $SCRATCH/h --diff
virt-layout check --host $SCRATCH/h $SCRATCH/a.xml
virt-layout check --host $SCRATCH/h $D $SCRATCH/a.xml | grep vdpa
sed "s|nodeset='1'/>|nodeset='0'/>|; s|nodeset='0-1'|nodeset='0'|" $D | virt-layout plan --domain - --host $SCRATCH/h --diff

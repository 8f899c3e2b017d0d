# One device below a function, one of a simulator, whose device has no parent.
tests/hosts/make-root two-nodes $SCRATCH/h &&
	D=$SCRATCH/h/sys/devices/pci0000:80/0000:80:01.0/0000:81:00.0/mlx5_core.vnet.2/vdpa0 &&
	mkdir -p $D/vhost-vdpa-0 $SCRATCH/h/sys/devices/blk0 $SCRATCH/h/sys/bus/vdpa/devices &&
	ln -s ../../../../../../bus/vdpa/drivers/vhost_vdpa $D/driver &&
	ln -s ../../../devices/${D#*/devices/} ../../../devices/blk0 $SCRATCH/h/sys/bus/vdpa/devices/ &&
	virt-layout topology $SCRATCH/h | grep -B1 -A1 'vdpa0\|blk0'
virt-layout topology $SCRATCH/h --json | sed -n '/"vdpa": /,/^  \]/p'

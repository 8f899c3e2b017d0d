# Identity and BARs of host devices come from the host. One of these has I/O ports.
tests/hosts/make-root switches $SCRATCH/h &&
	{
		printf "0x%016x 0x%016x 0x%016x\n" 0x380000000000 0x3807ffffffff 0x14220c 0 0 0 0x9000 0x907f 0x40101
		for line in 4 5 6 7 8 9 10 11 12 13; do printf "0x%016x 0x%016x 0x%016x\n" 0 0 0; done
	} > $SCRATCH/resource &&
	cp $SCRATCH/resource $SCRATCH/h/sys/bus/pci/devices/0000:3d:00.0/resource &&
	P="virt-layout plan --iommu intel --domain tests/golden/plan/gpu.xml --predict" &&
	$P --host $SCRATCH/h | grep -A4 "host devices\|I/O ports:" &&
	$P | grep -A4 "host devices\|I/O ports:"

touch $SCRATCH/a.img &&
	virt-layout disk create -s 64MiB -p size=rest $SCRATCH/a.img

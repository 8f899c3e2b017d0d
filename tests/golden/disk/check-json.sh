cd $SCRATCH &&
	truncate -s 8M a.img &&
	virt-layout disk check --json a.img

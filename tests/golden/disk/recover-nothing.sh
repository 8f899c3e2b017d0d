cd $SCRATCH &&
	truncate -s 8M a.img &&
	virt-layout disk recover a.img

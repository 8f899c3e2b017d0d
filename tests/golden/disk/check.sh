cd $SCRATCH &&
	truncate -s 8M a.img &&
	sfdisk --no-tell-kernel -q a.img <<< "label: dos
63,1000
2048,4096,82" &&
	qemu-img create -q -f qcow2 b.qcow2 8M &&
	printf "KDMV123" > c &&
	virt-layout disk check a.img b.qcow2 c missing

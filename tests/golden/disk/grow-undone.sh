cd $SCRATCH &&
	truncate -s 64M a.img &&
	sfdisk --no-tell-kernel -q a.img <<< "label: gpt
size=20M" &&
	qemu-img convert -O qcow2 a.img b.qcow2 &&
	cp a.img c.img &&
	for i in a.img b.qcow2; do
		virt-layout disk grow $i --size 96MiB --journal no/where
		virt-layout disk check $i
	done
	cmp a.img c.img
	qemu-img compare -q b.qcow2 c.img && stat -c %s a.img

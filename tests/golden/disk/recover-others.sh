cd $SCRATCH &&
	truncate -s 64M a.img &&
	sfdisk --no-tell-kernel -q a.img <<< "label: gpt
size=20M" &&
	echo hello > notes.txt &&
	touch empty &&
	truncate -s 100 zeros &&
	printf VLJ > begun &&
	for f in notes.txt empty zeros begun; do
		virt-layout disk recover a.img --journal $f
		ls $f
	done
	touch a.img.virt-layout-journal && virt-layout disk recover a.img
	virt-layout disk recover a.img --copied
	virt-layout disk recover a.img --copied --repair
	ls

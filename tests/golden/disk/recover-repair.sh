cd $SCRATCH &&
	truncate -s 64M a.img &&
	sfdisk --no-tell-kernel -q a.img <<< "label: gpt
label-id: 11111111-0000-4000-8000-000000000000
size=20M,type=uefi,uuid=11111111-0000-4000-8000-000000000001" &&
	cp a.img b.img &&
	for at in 0 1 2 131071; do
		dd if=/dev/zero of=a.img bs=512 seek=$at count=1 conv=notrunc status=none
		virt-layout disk check a.img
		virt-layout disk recover --repair a.img
		cmp a.img b.img
	done

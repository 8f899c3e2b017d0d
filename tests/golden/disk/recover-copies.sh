cd $SCRATCH &&
	truncate -s 64M a.img &&
	sfdisk --no-tell-kernel -q a.img <<< "label: gpt
label-id: 11111111-0000-4000-8000-000000000000
size=20M,type=uefi,uuid=11111111-0000-4000-8000-000000000001" &&
	cp a.img b.img &&
	virt-layout disk add b.img --seed s --part size=1MiB &&
	dd if=b.img of=a.img bs=512 skip=1 seek=1 count=33 conv=notrunc status=none &&
	virt-layout disk recover --repair a.img
virt-layout disk recover --repair --from backup a.img &&
	virt-layout disk check a.img &&
	sfdisk -d a.img

cd $SCRATCH &&
	truncate -s 64M a.img &&
	sfdisk --no-tell-kernel -q a.img <<< "label: gpt
label-id: 11111111-0000-4000-8000-000000000000
size=20M,type=uefi,uuid=11111111-0000-4000-8000-000000000001" &&
	virt-layout disk add a.img --seed s --part size=5000KiB,type=swap,name=swap --part size=rest,type=root-x86-64 &&
	sfdisk -d a.img &&
	sgdisk -v a.img

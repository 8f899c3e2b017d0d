cd $SCRATCH &&
	truncate -s 64M a.img &&
	sfdisk --no-tell-kernel -q a.img <<< "label: gpt
label-id: 11111111-0000-4000-8000-000000000000
size=20M,type=uefi" &&
	cp a.img b.img &&
	printf "Please use
UEFI." > text &&
	virt-layout disk stub --message text a.img &&
	virt-layout disk stub a.img &&
	virt-layout disk stub --message text a.img &&
	virt-layout disk stub --check a.img &&
	virt-layout disk stub --remove a.img &&
	cmp a.img b.img &&
	virt-layout disk stub --check a.img

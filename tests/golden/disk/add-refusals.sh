cd $SCRATCH &&
	truncate -s 64M a.img b.img &&
	sfdisk --no-tell-kernel -q a.img <<< "label: gpt
label-id: 11111111-0000-4000-8000-000000000000
size=20M,type=uefi,uuid=11111111-0000-4000-8000-000000000001" &&
	virt-layout disk add a.img --part size=1GiB
virt-layout disk add a.img --part size=1MiB,number=1
virt-layout disk add a.img --part size=1MiB,type=swop
virt-layout disk add b.img --part size=1MiB
virt-layout disk add a.img
virt-layout disk add a.img --part size=1MiB,kind=logical
truncate -s 60M a.img
virt-layout disk add a.img --part size=1MiB

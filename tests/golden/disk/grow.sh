cd $SCRATCH &&
	truncate -s 64M a.img &&
	sfdisk --no-tell-kernel -q a.img <<< "label: gpt
label-id: 11111111-0000-4000-8000-000000000000
size=20M,type=uefi,uuid=11111111-0000-4000-8000-000000000001" &&
	virt-layout disk grow a.img --size 96MiB --partition 1 --to 50000KiB &&
	virt-layout disk grow a.img &&
	virt-layout disk check a.img &&
	sfdisk -d a.img
virt-layout disk grow a.img --size 1MiB
virt-layout disk grow a.img --partition 1 --to 1MiB
virt-layout disk grow a.img --partition 1 --to 1GiB
virt-layout disk grow a.img --partition 7

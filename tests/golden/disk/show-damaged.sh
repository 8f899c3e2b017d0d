cd $SCRATCH &&
	truncate -s 64M mbr.img gpt.img iso.img &&
	sfdisk --no-tell-kernel -q mbr.img <<< "label: dos
label-id: 0x1badb002
size=10M,bootable
start=40M,size=20M,type=c" &&
	sfdisk --no-tell-kernel -q gpt.img <<< "label: gpt
label-id: 11111111-0000-4000-8000-000000000000
size=20M,name=one,uuid=11111111-0000-4000-8000-000000000001
size=30M,name=two,uuid=11111111-0000-4000-8000-000000000002" &&
	sfdisk --no-tell-kernel -q iso.img <<< "label: dos
label-id: 0x1badb003
start=64,size=100000,type=17,bootable" &&
	printf CD001 | dd of=iso.img bs=1 seek=32769 conv=notrunc status=none &&
	printf '\0\0\0\0' | dd of=iso.img bs=1 seek=454 conv=notrunc status=none &&
	truncate -s 45M mbr.img &&
	truncate -s 32M iso.img &&
	truncate -s 40M gpt.img
virt-layout disk show mbr.img iso.img gpt.img
virt-layout disk show --script mbr.img iso.img gpt.img
virt-layout disk show --svg damaged.svg mbr.img > /dev/null
grep blocks damaged.svg

cd $SCRATCH &&
	truncate -s 64M a.img b.img empty.img &&
	sfdisk --no-tell-kernel -q a.img <<< "label: gpt
label-id: 11111111-0000-4000-8000-000000000000
size=20M,type=uefi,name=ESP,uuid=11111111-0000-4000-8000-000000000001
start=50001,size=2001,attrs=GUID:63,uuid=11111111-0000-4000-8000-000000000002" &&
	sfdisk --no-tell-kernel -q b.img <<< "label: dos
label-id: 0x1badb002
size=10M,bootable
size=20M,type=5
size=5M" &&
	virt-layout disk show a.img b.img &&
	virt-layout disk show -n -o IMAGE,NR,SIZE,START-ALIGN,END-ALIGN,ATTRIBUTES a.img b.img &&
	virt-layout disk show --script a.img &&
	virt-layout disk show -J a.img &&
	virt-layout disk show --svg a.svg a.img b.img > /dev/null &&
	cat a.svg
virt-layout disk show empty.img missing.img

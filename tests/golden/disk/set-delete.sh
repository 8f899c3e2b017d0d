cd $SCRATCH &&
	truncate -s 64M a.img &&
	sfdisk --no-tell-kernel -q a.img <<< "label: gpt
label-id: 11111111-0000-4000-8000-000000000000
size=20M,type=uefi,uuid=11111111-0000-4000-8000-000000000001
size=10M,uuid=11111111-0000-4000-8000-000000000002" &&
	virt-layout disk create -s 64MiB -l dos --uuid 0x1badb002 b.img -p size=10MiB \
		-p size=40MiB,kind=extended -p size=5MiB,kind=logical -p size=6MiB,kind=logical \
		-p size=7MiB,kind=logical &&
	virt-layout disk set a.img -p number=1,name=ESP,attribute=required -p number=2,size=12MiB,type=swap &&
	virt-layout disk delete b.img 1 5 &&
	virt-layout disk check a.img b.img &&
	sfdisk -d a.img && sfdisk -d b.img
virt-layout disk set a.img
virt-layout disk set a.img -p name=x
virt-layout disk set a.img -p number=7,name=x
virt-layout disk set a.img -p number=1,start=1MiB
virt-layout disk set a.img -p number=1,size=1MiB
virt-layout disk set b.img -p number=5,name=x
virt-layout disk delete a.img
virt-layout disk delete a.img x
virt-layout disk delete a.img 3
virt-layout disk delete b.img 2

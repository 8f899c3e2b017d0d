cd $SCRATCH &&
	truncate -s 64M a.img b.img &&
	sfdisk --no-tell-kernel -q a.img <<< "label: gpt
label-id: 11111111-0000-4000-8000-000000000000
start=2048,size=2048
start=4100,size=2048
start=8192" &&
	sfdisk --no-tell-kernel -q b.img <<< "label: dos
size=10M
type=5,size=20M
size=10M
size=5M
size=4M" &&
	for n in 1 2 3; do
		virt-layout disk grow a.img --partition $n
	done
	virt-layout disk grow a.img
	virt-layout disk grow a.img --partition 1 --to 1MiB
	virt-layout disk grow b.img
	for n in 1 2 5 6; do
		virt-layout disk grow b.img --partition $n
	done
	virt-layout disk grow a.img --partition 1 --partition 2

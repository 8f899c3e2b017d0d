# disk add respects every key of --part: bounds, padding, kind by type, one active.
cd "$SCRATCH" && truncate -s 64M a.img b.img c.img &&
	sfdisk --no-tell-kernel -q a.img <<<"label: gpt" && sfdisk -q b.img <<<"label: dos" &&
	sfdisk --no-tell-kernel -q c.img <<<"label: gpt" &&
	echo "bounds" &&
	virt-layout disk add a.img -p size=rest,max=3MiB -p size=rest,min=8MiB,max=9MiB &&
	! virt-layout disk add a.img -p size=rest,min=60MiB &&
	! virt-layout disk add a.img -p size=rest,weight=5 &&
	echo "padding" &&
	virt-layout disk add c.img -p size=1MiB,padding=4MiB -p size=1MiB -p size=rest,padding=1MiB &&
	! virt-layout disk add c.img -p size=1MiB,padding=10MiB &&
	! virt-layout disk add c.img -p size=1MiB,start=1MiB &&
	echo "kinds" &&
	virt-layout disk add b.img -p size=20MiB,type=0x0f -p size=1MiB,number=5 -p size=1MiB,active &&
	! virt-layout disk add b.img -p size=1MiB,active &&
	! virt-layout disk add b.img -p size=1MiB,kind=logical,number=9 &&
	! virt-layout disk add b.img -p size=1MiB,kind=extended &&
	sfdisk -d b.img | sed /label-id/d

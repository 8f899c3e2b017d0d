# An empty extended partition: create and add make it with the same type and an empty EBR,
# even in place of an EBR of an older table. (Column widths without headings differ
# between versions of libsmartcols.)
cd "$SCRATCH" && P=size=20MiB,kind=extended &&
	virt-layout disk plan -n -l dos -s 64MiB -p $P | sed 's/  */ /g; s/^ //' &&
	virt-layout disk create -l dos -s 64MiB --uuid 0x11111111 -p $P a.img &&
	virt-layout disk check a.img && sfdisk -d a.img &&
	truncate -s 64M b.img && printf 'label: dos\nlabel-id: 0x11111111\n' | sfdisk --no-tell-kernel -q b.img &&
	virt-layout disk add b.img -p $P && sfdisk -d b.img | cmp - <(sfdisk -d a.img | sed s/a.img/b.img/g) &&
	cmp <(dd if=a.img skip=2048 count=1 status=none) <(dd if=b.img skip=2048 count=1 status=none) &&
	virt-layout disk add a.img -p size=1MiB,kind=logical &&
	virt-layout disk create --replace --force -l dos --uuid 0x11111111 -p $P a.img 2>/dev/null &&
	sfdisk -d a.img && virt-layout disk check a.img

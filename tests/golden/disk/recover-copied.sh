# A change was killed between the two copies of the GPT, and the image was then copied
# with its sidecar, so that it has another inode. Only --copied accepts the sidecar, in
# both directions, and not for an image with other content.
cd $SCRATCH &&
	truncate -s 64M before.img zeros.img &&
	sfdisk --no-tell-kernel -q before.img <<< "label: gpt
label-id: 11111111-0000-4000-8000-000000000000
size=20M,type=uefi,uuid=11111111-0000-4000-8000-000000000001" &&
	cp before.img after.img && cp before.img a.img && ADD="--seed s --part size=1MiB" &&
	virt-layout disk add after.img $ADD &&
	{
		strace -qq -o trace -e trace=unlink -e inject=unlink:signal=KILL virt-layout disk add a.img $ADD
		true
	} 2>/dev/null &&
	ls a.img.* &&
	dd if=before.img of=a.img bs=512 skip=1 seek=1 count=33 conv=notrunc status=none &&
	for name in b c zeros other; do
		[ -e $name.img ] || cp a.img $name.img
		cp a.img.virt-layout-journal $name.img.virt-layout-journal
	done &&
	printf x | dd of=other.img bs=512 seek=1 conv=notrunc status=none &&
	! virt-layout disk check b.img &&
	! virt-layout disk recover b.img 2>said && sed "s|inode [0-9]*|inode N|" said >&2 &&
	virt-layout disk recover b.img --copied && cmp b.img after.img &&
	virt-layout disk recover c.img --copied --undo && cmp c.img before.img &&
	! virt-layout disk recover zeros.img --copied &&
	! virt-layout disk recover other.img --copied && ls

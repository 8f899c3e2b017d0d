cd $SCRATCH &&
	truncate -s 8M a.img b.img &&
	sfdisk --no-tell-kernel -q a.img <<< "label: dos
2048,4096,82,*" &&
	virt-layout disk stub a.img
virt-layout disk stub b.img
printf "tab	here" > text
virt-layout disk stub --force --message text a.img
virt-layout disk stub --remove --check a.img
printf "\xeb\x3c" | dd of=a.img conv=notrunc status=none
virt-layout disk stub --remove a.img

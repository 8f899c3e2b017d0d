# Each rule that the manual page lists can be ignored, and its findings can be printed.
cd $SCRATCH &&
	truncate -s 3T large.img &&
	sfdisk --no-tell-kernel -q large.img 2>/dev/null <<< "label: dos
2048,4096,83" &&
	truncate -s 8M dynamic.img &&
	sfdisk --no-tell-kernel -q dynamic.img <<< "label: dos
63,1000,42" &&
	virt-layout disk check large.img dynamic.img &&
	virt-layout disk check --ignore dos-limit --ignore dos-dynamic --ignore align-start \
		--ignore align-end large.img dynamic.img
cd $OLDPWD
for rule in $(sed -n '/^DISK CHECK$/,/^--align/s/^| \(.*\*\*\)  .*/\1/p' \
	docs/man/virt-layout-disk.1.rst | tr -d '*,'); do
	virt-layout disk check --ignore "$rule" /dev/null 2>&1 | grep "no such rule"
	echo "$rule"
done

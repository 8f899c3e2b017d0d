virt-layout disk plan tests/disks/dos.sfdisk --size 64MiB -o +KIND &&
	virt-layout disk plan tests/disks/gpt.sfdisk --script

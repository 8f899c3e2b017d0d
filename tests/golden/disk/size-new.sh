virt-layout disk size -O qcow2 --size 40GiB &&
	virt-layout disk size -O qcow2 -b --size 40GiB --option cluster_size=4096,refcount_bits=64 -o +MARGIN,NOTE

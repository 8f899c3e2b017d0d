tests/hosts/make-root switches $SCRATCH/h &&
	virt-layout topology $SCRATCH/h --matrix --class nic --class gpu -n -o name,paths,address,acs,switch &&
	virt-layout topology $SCRATCH/h --matrix --class gpu -o +LINK -n &&
	virt-layout topology $SCRATCH/h --matrix --class storage

tests/hosts/make-root silent $SCRATCH/h &&
	virt-layout topology $SCRATCH/h --matrix --class nic,vf

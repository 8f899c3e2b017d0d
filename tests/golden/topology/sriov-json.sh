tests/hosts/make-root sriov $SCRATCH/h &&
	virt-layout topology $SCRATCH/h --json

tests/hosts/make-root hgx $SCRATCH/h &&
	virt-layout topology $SCRATCH/h --matrix

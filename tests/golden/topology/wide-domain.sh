tests/hosts/make-root wide-domain $SCRATCH/h &&
	virt-layout topology $SCRATCH/h

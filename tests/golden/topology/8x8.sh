tests/hosts/make-root 8x8 $SCRATCH/h &&
	virt-layout topology $SCRATCH/h

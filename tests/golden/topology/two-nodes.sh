tests/hosts/make-root two-nodes $SCRATCH/h &&
	virt-layout topology $SCRATCH/h

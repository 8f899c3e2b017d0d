tests/hosts/make-root cpu-less $SCRATCH/h &&
	virt-layout topology $SCRATCH/h

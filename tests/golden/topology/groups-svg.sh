tests/hosts/make-root groups $SCRATCH/h &&
	virt-layout topology $SCRATCH/h --svg -

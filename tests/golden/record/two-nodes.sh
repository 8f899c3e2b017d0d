tests/hosts/make-root two-nodes $SCRATCH/h &&
	virt-layout record $SCRATCH/h

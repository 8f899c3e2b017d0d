tests/hosts/make-root groups $SCRATCH/h &&
	virt-layout record $SCRATCH/h -o $SCRATCH/a &&
	virt-layout record $SCRATCH/a -o $SCRATCH/b &&
	cmp $SCRATCH/a $SCRATCH/b &&
	virt-layout topology - <$SCRATCH/a

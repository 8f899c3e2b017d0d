tests/hosts/make-root groups $SCRATCH/h &&
	virt-layout record $SCRATCH/h -o $SCRATCH/a &&
	virt-layout record $SCRATCH/a -o $SCRATCH/b &&
	cmp $SCRATCH/a $SCRATCH/b &&
	virt-layout topology - <$SCRATCH/a &&
	virt-layout record "synthetic:numa:2(indexes=0,5000) core:2 pu:1" -o $SCRATCH/far &&
	virt-layout topology -n -o NAME $SCRATCH/far

tests/hosts/make-root silent $SCRATCH/h &&
	virt-layout topology $SCRATCH/h --locality 0000:00-ff=1
virt-layout topology $SCRATCH/h --locality 0000:00=7
virt-layout topology $SCRATCH/h --locality 0001:00=1
virt-layout topology $SCRATCH/h --locality 80=1

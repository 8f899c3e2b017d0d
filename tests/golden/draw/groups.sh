# The whole drawing; with IDs it does not depend on the installed list of names.
tests/hosts/make-root groups $SCRATCH/h &&
	virt-layout draw --ids $SCRATCH/h

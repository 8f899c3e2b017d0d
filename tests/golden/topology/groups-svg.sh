# Models are those of the installed list of names: see draw/groups for the whole drawing.
tests/hosts/make-root groups $SCRATCH/h &&
	virt-layout topology $SCRATCH/h --svg - |
	grep -oE 'PCIe switch [^<]*|0[345]:00.[01]  [^<]*|shared group 7'

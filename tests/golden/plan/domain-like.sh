tests/hosts/make-root switches $SCRATCH/h &&
	A="--like $SCRATCH/h --per root-complex --cpus-per-node 2 --memory-per-node 1GiB --iommu intel"
virt-layout plan --domain tests/domains/real/one-line.xml $A -o $SCRATCH/a.xml &&
	virt-layout plan --domain $SCRATCH/a.xml $A --diff &&
	cat $SCRATCH/a.xml &&
	virt-layout check $SCRATCH/a.xml

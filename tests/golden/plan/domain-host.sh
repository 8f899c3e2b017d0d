tests/hosts/make-root switches $SCRATCH/h &&
	D=tests/golden/plan/gpu.xml &&
	virt-layout plan --domain $D --host $SCRATCH/h --diff &&
	for per in node root-complex; do
		virt-layout plan --domain $D --host $SCRATCH/h --per $per --iommu intel -o $SCRATCH/$per.xml && virt-layout plan --domain $SCRATCH/$per.xml --host $SCRATCH/h --per $per --iommu intel --diff
	done && virt-layout plan --domain $SCRATCH/root-complex.xml --predict | grep -A20 tree

tests/hosts/make-root switches $SCRATCH/h &&
	D=tests/golden/plan/gpu.xml &&
	virt-layout plan --domain $D --host $SCRATCH/h --diff &&
	for per in node root-complex; do
		virt-layout plan --domain $D --host $SCRATCH/h --per $per --iommu intel -o $SCRATCH/$per.xml && virt-layout plan --domain $SCRATCH/$per.xml --host $SCRATCH/h --per $per --iommu intel --diff
	done && virt-layout plan --domain $SCRATCH/root-complex.xml --predict | grep -A20 tree
# Firmware that does not report nodes.
find $SCRATCH/h -name numa_node -exec sh -c 'echo -1 > $0' {} \;
virt-layout plan --domain $D --host $SCRATCH/h --diff
virt-layout check --host $SCRATCH/h --only switch-split $D

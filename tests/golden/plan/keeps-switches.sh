tests/hosts/make-root hgx $SCRATCH/h &&
	for per in "" "--per node"; do
		virt-layout plan --like $SCRATCH/h $per -o $SCRATCH/plan.xml &&
		virt-layout topology --matrix -n --class gpu -o name,paths $SCRATCH/plan.xml
	done

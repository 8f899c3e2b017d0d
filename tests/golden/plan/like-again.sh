for machine in host/part.xml hwloc-xml/two-nodes.xml record/groups.xml record/wide-domain.xml; do
	like="--like tests/fuzz/corpus/$machine --per root-complex --device virtio-rng,node=0"
	virt-layout plan $like -o $SCRATCH/a && virt-layout plan --domain $SCRATCH/a $like -o $SCRATCH/b && cmp $SCRATCH/a $SCRATCH/b && echo unchanged
done 2>/dev/null

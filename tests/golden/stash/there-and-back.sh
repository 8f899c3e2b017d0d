virt-layout stash -o $SCRATCH/a.xml tests/domains/real/odd-markup.xml //controller //vcpu &&
	cat $SCRATCH/a.xml &&
	virt-layout unstash --list $SCRATCH/a.xml &&
	virt-layout unstash --list --json $SCRATCH/a.xml &&
	virt-layout unstash $SCRATCH/a.xml | cmp - tests/domains/real/odd-markup.xml

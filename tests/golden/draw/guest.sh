# A host with its guest: a line from each mirrored device to its stand-in, and from each node
# to the cell that stands for it. A plan can be piped. A guest alone has its findings.
tests/hosts/make-root switches $SCRATCH/h
virt-layout plan --like $SCRATCH/h --cpus-per-node 2 --memory-per-node 1GiB \
	--target libvirt=10.0,qemu=8.2 2>/dev/null |
	virt-layout draw --ids --host $SCRATCH/h - -o $SCRATCH/pair.svg
grep -oE '<title>(host|guest)[^<]*' $SCRATCH/pair.svg
grep -c 'class="good"' $SCRATCH/pair.svg
virt-layout draw --ids tests/domains/iommu-intremap-ioapic.xml | grep -oE '[0-9] error[^<]*'

tests/hosts/make-root gb200 $SCRATCH/h && virt-layout record $SCRATCH/h -o $SCRATCH/r.xml &&
	grep -o '<function at="[^"]*"\| iommu="[^"]*"\|<node id="[^"]*"\| kind="gen[^"]*"' $SCRATCH/r.xml | tr -d '\n' | sed 's/</\n/g'
echo
virt-layout topology $SCRATCH/r.xml | sed -n '/^node 2$/,/^node 4$/p'
virt-layout topology $SCRATCH/r.xml --json | grep '"iommu": "' | sort | uniq -c

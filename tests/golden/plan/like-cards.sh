# Functions of a card share a slot, unless the guest's IOMMU would then put functions that are
# in several groups of the host into one.
SMALL="--cpus-per-node 1 --memory-per-node 512MiB"
tests/hosts/make-root hgx $SCRATCH/h
for iommu in none intel; do
	echo "== $iommu"
	virt-layout plan --like $SCRATCH/h $SMALL --iommu $iommu -o $SCRATCH/$iommu.xml 2> /dev/null
	sed -n "/<interface/,/<.interface/{/<address/p}" $SCRATCH/$iommu.xml | grep -B1 "function='0x1'\|none"
	virt-layout plan --domain $SCRATCH/$iommu.xml --like $SCRATCH/h $SMALL --iommu $iommu --diff 2> /dev/null
done
virt-layout record $SCRATCH/h 2> /dev/null | sed -E 's/iommu-group="[0-9]+"/iommu-group="1"/' > $SCRATCH/one.rec
virt-layout plan --like $SCRATCH/one.rec $SMALL 2> /dev/null | sed -n "/<interface/,/<.interface/{/<address/p}" | grep -c "function='0x1'"
# Switches are kept for devices without a node.
virt-layout record $SCRATCH/h 2> /dev/null | sed -E 's/affinity="node" node="[0-9]+" node-source="[a-z]+"/affinity="unknown" node-source="unknown"/' > $SCRATCH/silent.rec
virt-layout plan --like $SCRATCH/silent.rec $SMALL -o $SCRATCH/silent.xml
grep -c "switch-upstream" $SCRATCH/silent.xml
virt-layout plan --domain $SCRATCH/silent.xml --like $SCRATCH/silent.rec $SMALL --diff 2> /dev/null
virt-layout check $SCRATCH/silent.xml 2> /dev/null

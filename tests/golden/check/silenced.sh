sed "s|<iommu|<!-- virt-layout: ignore iommu-no-intremap only emulated --><iommu|" tests/domains/iommu-no-intremap.xml > $SCRATCH/a.xml &&
	virt-layout check $SCRATCH/a.xml &&
	virt-layout check -J --only iommu-no-intremap $SCRATCH/a.xml

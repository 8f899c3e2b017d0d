TOP=$PWD
cd $SCRATCH &&
	cp $TOP/tests/domains/real/kubevirt-tabs.xml a.xml &&
	chmod 640 a.xml &&
	virt-layout plan --domain a.xml --iommu intel --in-place &&
	stat -c %a a.xml &&
	virt-layout plan --domain a.xml --iommu intel --in-place --diff
virt-layout plan --domain a.xml --iommu intel --diff &&
	virt-layout plan --domain $TOP/tests/domains/real/kubevirt-tabs.xml --iommu intel -o b.xml &&
	cmp a.xml b.xml &&
	virt-layout plan --domain - --iommu none < a.xml | diff a.xml -

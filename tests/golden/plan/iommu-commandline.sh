D=tests/domains/iommu-count--commandline-near.xml
for model in intel virtio none; do
	virt-layout plan --domain $D --node vcpus=2,memory=512MiB --node vcpus=2,memory=512MiB --iommu $model --diff
done
sed s/,intremap=on// $D | virt-layout plan --domain - --node vcpus=2,memory=512MiB --node vcpus=2,memory=512MiB --iommu intel

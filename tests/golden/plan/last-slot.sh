virt-layout plan --domain tests/golden/plan/last-slot.xml --iommu virtio --device virtio-net,node=0 --diff | grep -A3 '^+.*<\(iommu\|controller\)'

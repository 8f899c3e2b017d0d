virt-layout plan --node vcpus=4,memory=4GiB --node vcpus=2,memory=2GiB --node vcpus=2,memory=2GiB --nic e1000e,per-node=3 --iommu intel

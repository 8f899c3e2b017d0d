virt-layout plan --node vcpus=1,memory=1GiB --node vcpus=1,memory=1GiB --device virtio-net,per-node=125

virt-layout plan --arch aarch64 --node vcpus=2,memory=1GiB --node vcpus=2,memory=1GiB --nic e1000e,per-node=2

virt-layout plan --node vcpus=2,memory=1GiB --nic e1000e,per-node=1 --emit expect

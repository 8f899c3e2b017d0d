virt-layout plan --node vcpus=1,memory=1GiB --nic ne2k,per-node=1

virt-layout plan --node vcpus=1,memory=1GiB --nic e1000e,node=3

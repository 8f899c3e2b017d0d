virt-layout plan --node vcpus=1,memroy=1GiB

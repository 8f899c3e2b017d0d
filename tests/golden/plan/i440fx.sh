virt-layout plan --node vcpus=1,memory=1GiB --machine pc

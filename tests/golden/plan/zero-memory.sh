virt-layout plan --node vcpus=1,memory=0

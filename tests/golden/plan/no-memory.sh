virt-layout plan --node vcpus=1

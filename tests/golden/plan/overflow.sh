virt-layout plan --node vcpus=1,memory=99999999999999GiB

virt-layout plan --node vcpus=280,memory=1GiB --type qemu

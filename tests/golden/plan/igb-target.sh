virt-layout plan --target libvirt=9.0,qemu=7.2 --node vcpus=1,memory=1GiB --nic igb,per-node=1

virt-layout plan --like "synthetic:pack:4 [numa(memory=1GB)] core:64 pu:2" --type kvm --target libvirt=9.0,qemu=7.2
virt-layout plan --node vcpus=300,memory=1GiB --machine pc-q35-7.2

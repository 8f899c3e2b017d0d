plan() { virt-layout plan --node vcpus=1,memory=1GiB --node vcpus=1,memory=1GiB --firmware efi "$@" | grep -cE "pcie-root-port|hotplug='off'"; }
plan --nic virtio-net,node=0,count=11 --nic virtio-net,node=1,count=2
plan --nic virtio-net,node=0,count=11 --nic virtio-net,node=1,count=2 --target libvirt=9.0,qemu=7.2,firmware=edk2-2025.02
plan --nic e1000e,node=0,count=7 --nic e1000e,node=1

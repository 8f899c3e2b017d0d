virt-layout plan --node vcpus=1,memory=1GiB --device virtio-net,node=0,count=250

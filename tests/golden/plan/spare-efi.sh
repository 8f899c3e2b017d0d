virt-layout plan --node vcpus=1,memory=1GiB --node vcpus=1,memory=1GiB --nic e1000e,node=0,count=7 --nic e1000e,node=1 --firmware efi --spare-ports 3

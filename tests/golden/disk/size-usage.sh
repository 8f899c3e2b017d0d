virt-layout disk size --size 1GiB
virt-layout disk size -O raw
virt-layout disk size -O qcow2 --size 1
virt-layout disk size -O qcow2 --size 1GiB --option cluster_size=3
virt-layout disk size -o colour x

# I/O space for ports into which a device with I/O ports will be plugged.
N="--node vcpus=1,memory=1GiB --node vcpus=1,memory=1GiB"
virt-layout plan $N --nic e1000e,per-node=1 --spare-ports 1,for=e1000e -o $SCRATCH/lab.xml
cd $SCRATCH
sed -n '/<override/,$p' lab.xml
virt-layout check lab.xml
# Again, in a domain without it, and beside an override of the user's.
virt-layout plan $N --nic e1000e,per-node=1 --spare-ports 1,for=e1000e --domain lab.xml --diff
virt-layout plan $N --nic e1000e,per-node=1 --spare-ports 1 -o plain.xml
virt-layout plan --spare-ports 1,for=igb --domain plain.xml --diff | grep "^[-+]"
sed "s|value='4096'|value='8192'|; /alias='pci.12'/,/<.device>/d" lab.xml > other.xml
virt-layout plan --spare-ports 1,for=e1000e --domain other.xml | sed -n '/<override/,$p'
virt-layout boot lab.xml --stop-after tables --print-xml | grep -o "<qemu:property[^>]*>"
# Kinds without I/O ports need nothing; the ports count.
virt-layout plan $N --nic e1000e,per-node=1 --spare-ports 1,for=virtio | cmp - plain.xml
virt-layout plan $N --nic e1000e,per-node=5 --spare-ports 3,for=e1000e
virt-layout plan $N --spare-ports 1,for=nothing
virt-layout plan $N --spare-ports 1,of=e1000e
virt-layout plan $N --spare-ports ,for=e1000e
virt-layout plan $N --spare-ports 1,for=e1000e --target libvirt=8.1

# The element of one more device, for virsh attach-device, in an empty port of its node.
N="--node vcpus=1,memory=1GiB --node vcpus=1,memory=1GiB"
virt-layout plan $N --nic e1000e,per-node=1 --spare-ports 1 --general-ports 0 --target libvirt=9.0,qemu=7.2 -o $SCRATCH/lab.xml
cd $SCRATCH
P="virt-layout plan --domain lab.xml --emit device"
$P --device virtio-net,node=1 -o nic.xml && cat nic.xml
# It is one more, whatever is there, and goes into the same port as long as that is empty.
$P --nic virtio,node=1 | cmp - nic.xml
$P --device virtio-scsi,node=0
$P --device virtio-rng,node=0
$P --nic virtio,node=1,count=2
$P --device virtio-gpu,node=1
# USB is off in a planned domain; with it, a controller cannot be attached.
$P --device qemu-xhci,node=1
sed "/type='usb'/d" lab.xml > usb.xml
virt-layout plan --domain usb.xml --emit device --device qemu-xhci,node=1
$P --hostdev 9b:00.0,node=0
sed "s|<driver intremap='on'|& caching_mode='on'|" lab.xml > caching.xml
virt-layout plan --domain caching.xml --emit device --hostdev 9b:00.0,node=0
# Devices with I/O ports may disturb their neighbours, except in a port with a window.
$P --nic e1000e,node=1 | grep model
virt-layout plan $N --nic e1000e,per-node=1 --spare-ports 1,for=e1000e --general-ports 0 --target libvirt=9.0,qemu=7.2 -o window.xml
virt-layout plan --domain window.xml --emit device --nic e1000e,node=1 | grep model
# The port is in use, or not hot-pluggable.
sed "s|  </devices>|$(tr -d '\n' < nic.xml)&|" lab.xml > full.xml
virt-layout plan --domain full.xml --emit device --nic virtio,node=1
sed "s|\(chassis='[0-9]*' port='0x[0-9a-f]*'\)|\1 hotplug='off'|" lab.xml > cold.xml
virt-layout plan --domain cold.xml --emit device --nic virtio,node=1
virt-layout plan $N --nic virtio,node=1 --emit device
$P --nic virtio,node=1 --diff

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
# With a host, it is the empty port that is nearest to its place; a note tells if that is another one.
(cd "$OLDPWD" && tests/hosts/make-root hgx $SCRATCH/host)
virt-layout plan --host host $N --hostdev 13:00.0,node=0 --hostdev 14:00.0,node=0 --hostdev 33:00.0,node=0 --spare-ports 1 -o hgx.xml 2>/dev/null
sed "/<hostdev/{:a;/<.hostdev/!{N;ba};/bus='0x14'/d}" hgx.xml > gone.xml
P="virt-layout plan --host host --emit device --domain"
$P gone.xml --hostdev 15:00.0,node=0 | tail -2
for hostdev in 15 34 a3 13; do
	$P hgx.xml --hostdev $hostdev:00.0,node=$((0x$hostdev / 0x80)) | tail -2
done

# The options that planned a domain may be given again with it; other values are refused.
N="--node vcpus=1,memory=1GiB --node vcpus=1,memory=1GiB"
F="$N --mgmt user --kernel /linux --initrd /initrd --append console=ttyS0 --hostdev 9b:00.0,node=1 --nic e1000e,per-node=1 --disk /a.qcow2 --cdrom /b.iso --name lab --machine q35 --arch x86_64 --type kvm --spare-ports 1"
for target in libvirt=9.0,qemu=7.2 libvirt=10.0,qemu=8.2; do
	virt-layout plan $F --target $target -o $SCRATCH/lab.xml
	grep -A4 "<kernel\|portForward\|ua-mgmt\|<hostdev\|-netdev\|<override" $SCRATCH/lab.xml
	virt-layout plan $F --target $target --domain $SCRATCH/lab.xml --diff
done
cd $SCRATCH
for other in "--name x" "--type qemu" "--disk /x" "--cdrom /x" "--machine pc-q35-8.0" "--arch aarch64" "--mgmt network=default" "--mgmt user,port=33" "--kernel /x" "--append x" "--initrd /y"; do
	virt-layout plan $other --domain lab.xml --diff
done
P="virt-layout plan --domain lab.xml --diff"
# An assigned device moves, or is added.
$P --hostdev 0000:9b:00.0,node=0 | grep "^[-+]"
$P --hostdev 0000:9b:00.1,node=0 | grep "^[-+]"
$P --hostdev 0000:9b:00.1,node=0 --hostdev 9b:00.1,node=1
$P --hostdev 9b:00,node=0
$P --hostdev 0000:9b:00.1
$P --hostdev 0000:9b:00.1,node=7
virt-layout plan $N --append x
virt-layout plan $N --initrd /x
virt-layout plan $N --kernel x
virt-layout plan $N --mgmt user,port=0
virt-layout plan $N --mgmt network=lan -o /dev/null

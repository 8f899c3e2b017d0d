# CPUs that are on no node are shown and noted: in XML of lstopo, and in /sys where a node
# is offline. A CPU that several nodes list is on the first. A node whose set is another's
# is noted.
object() {
	echo "<object type='$1' os_index='$2' cpuset='$3' complete_cpuset='$3' nodeset='$4' complete_nodeset='$4' gp_index='$5' $6>"
}
{
	echo "<topology version='2.0'>"
	object Machine 0 0xf 0x1 1 "allowed_cpuset='0xf' allowed_nodeset='0x1'"
	object Package 0 0x3 0x1 2
	object NUMANode 0 0x3 0x1 3 "local_memory='1073741824'/"
	object PU 0 0x1 0x1 4 /
	object PU 1 0x2 0x1 5 /
	echo "</object>"
	object Package 1 0xc 0x0 6
	object PU 2 0x4 0x0 7 /
	object PU 3 0x8 0x0 8 /
	echo "</object></object></topology>"
} > $SCRATCH/loose.xml
virt-layout topology $SCRATCH/loose.xml
virt-layout plan --like $SCRATCH/loose.xml --target libvirt=10.0,qemu=8.2 | grep '<vcpu'
virt-layout topology --svg - $SCRATCH/loose.xml | grep -o '>CPUs on no node<'

nodes=$SCRATCH/host/devices/system/node
mkdir -p $nodes/node{1,2} $SCRATCH/host/devices/system/cpu/cpu{0..5}
echo 0-5 > $SCRATCH/host/devices/system/cpu/online
echo 2-4 > $nodes/node1/cpulist
echo 3-5 > $nodes/node2/cpulist
virt-layout topology $SCRATCH/host

sed "s/nodeset='0x1' complete_nodeset='0x1' gp_index='3'/nodeset='0x2' complete_nodeset='0x2' gp_index='3'/" \
	$SCRATCH/loose.xml > $SCRATCH/swapped.xml
virt-layout topology $SCRATCH/swapped.xml >/dev/null

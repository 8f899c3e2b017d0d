# What a source says twice, and not the same: a node that is not online, CPUs that are not,
# two lists of CPUs, matrices of distances of a wrong size, counts, CPUs whose node does not
# list them. Each is noted, and what remains is read.
show() {
	virt-layout topology -o NAME,WHAT "$@" 2>&1 | grep -E '^virt|^ *node|CPUs|distances' |
		sed "s|$SCRATCH/||"
}

tree=$SCRATCH/host/devices/system
begin() {
	echo "== $1"
	rm -rf $SCRATCH/host
	mkdir -p $tree/node/node{0,1} $tree/cpu/cpu{0..3}
	echo 0-3 > $tree/cpu/online
	echo 0-1 > $tree/node/online
	echo 0-1 > $tree/node/node0/cpulist
	echo 2-3 > $tree/node/node1/cpulist
	echo 10 20 | tee $tree/node/node{0,1}/distance >/dev/null
}
begin "a node that is not online"
echo 0 > $tree/node/online
show $SCRATCH/host
begin "a CPU that is not online"
echo 0-2 > $tree/cpu/online
show $SCRATCH/host
begin "two lists"
echo 00000001 > $tree/node/node1/cpumap
show $SCRATCH/host
begin "two lists that differ in a CPU that is not online"
echo 0000010c > $tree/node/node1/cpumap
show $SCRATCH/host

object() {
	echo "<object type='$1' os_index='$2' cpuset='$3' complete_cpuset='$3' nodeset='$4' complete_nodeset='$4' gp_index='$5' $6>"
}
# Arguments: the matrix, and the CPUs of node 1.
hwloc() {
	echo "<topology version='2.0'>"
	object Machine 0 0x3 0x3 1 "allowed_cpuset='0x3' allowed_nodeset='0x3'"
	for i in 0 1; do
		object Package $i 0x$((i + 1)) 0x$((i + 1)) 1$i
		object NUMANode $i $([ $i = 1 ] && echo ${2:-0x2} || echo 0x1) 0x$((i + 1)) 2$i "local_memory='1073741824'/"
		object PU $i 0x$((i + 1)) 0x$((i + 1)) 3$i "/"
		echo "</object>"
	done
	echo "</object>$1</topology>"
}
matrix() {
	echo "<distances2 type='NUMANode' nbobjs='$1' kind='5' name='NUMALatency' indexing='os'>"
	echo "<indexes length='${4:-4}'>$2</indexes><u64values length='${#3}'>$3</u64values></distances2>"
}
n=0
for each in "$(matrix 2 '0 1 ' '10 21 22 11 ')" "$(matrix 2 '0 1 ' '10 21 22 ')" "$(matrix 2 '0 1 ' '10 21 22 11 1 ')" \
	"$(matrix 3 '0 1 ' '10 21 22 11 ')" "$(matrix 2 '0 1 ' '10 2x 22 11 ')" "$(matrix 2 '0 1 ' '10 21 22 11 ' 6)" \
	"$(matrix x '0 1 ' '10 21 22 11 ')" "$(matrix 2 '0 1 ' '10 21 22 11 ' | sed s/NUMANode/Galaxy/)" \
	"$(matrix 2 '0 1 ' '10 21 22 11 ' | sed "s/kind='5'//")"; do
	hwloc "$each" > $SCRATCH/matrix$((n++)).xml
done
hwloc "" 0x3 > $SCRATCH/cpuset.xml
# The same of hwloc 1.
old() {
	echo "<topology>"
	object Machine 0 0x3 0x3 1 "allowed_cpuset='0x3' allowed_nodeset='0x3'"
	echo "<distances nbobjs='2' relative_depth='1' latency_base='10.000000'>"
	for value in $*; do echo "<latency value='$value'/>"; done
	echo "</distances>"
	for i in 0 1; do
		object NUMANode $i 0x$((i + 1)) 0x$((i + 1)) 2$i "local_memory='1073741824'"
		object PU $i 0x$((i + 1)) 0x$((i + 1)) 3$i "/"
		echo "</object>"
	done
	echo "</object></topology>"
}
old 1.0 2.1 2.1 1.0 > $SCRATCH/old0.xml
old 1.0 2.1 2.1 > $SCRATCH/old1.xml
for file in matrix{0..8} cpuset old{0,1}; do
	echo "== $file"
	show $SCRATCH/$file.xml
done

mkdir $SCRATCH/libvirt
cell() {
	echo "<cell id='$1'><memory unit='KiB'>1048576</memory><distances>$3</distances>"
	echo "<cpus num='$2'><cpu id='$1'/></cpus></cell>"
}
{
	echo "<capabilities><host><cpu><arch>x86_64</arch></cpu><topology><cells num='4'>"
	cell 0 1 "<sibling id='0' value='10'/><sibling id='1' value='21'/>"
	cell 1 2 "<sibling id='1' value='10'/>"
	cell 1 1 ""
	echo "</cells></topology></host></capabilities>"
} > $SCRATCH/libvirt/capabilities.xml
touch $SCRATCH/libvirt/devices.txt
echo "== capabilities"
show $SCRATCH/libvirt

echo "== record"
virt-layout record $SCRATCH/matrix0.xml | sed "s/node id=\"1\" cpus=\"1\"/node id=\"1\" cpus=\"0,7\"/" > $SCRATCH/record.xml
show $SCRATCH/record.xml

echo "== more than is described, and less that is allowed"
sed "s/Machine' os_index='0' cpuset='0x3' complete_cpuset='0x3' nodeset='0x3' complete_nodeset='0x3'/Machine' os_index='0' cpuset='0x3' complete_cpuset='0x17' nodeset='0x3' complete_nodeset='0x7'/
	s/allowed_cpuset='0x3' allowed_nodeset='0x3'/allowed_cpuset='0x1' allowed_nodeset='0x1'/" $SCRATCH/matrix0.xml > $SCRATCH/cgroup.xml
show $SCRATCH/cgroup.xml
echo "== each note once, also in a record of a record"
virt-layout record $SCRATCH/record.xml > $SCRATCH/first.xml 2>/dev/null
virt-layout record $SCRATCH/first.xml 2>/dev/null | cmp - $SCRATCH/first.xml
grep -o '<complaint.*' $SCRATCH/first.xml
echo "== a copy without symbolic links"
begin "devices without a list"
mkdir -p $SCRATCH/host/devices/pci0000:00/0000:00:01.0 $SCRATCH/host/bus/pci/devices
show $SCRATCH/host

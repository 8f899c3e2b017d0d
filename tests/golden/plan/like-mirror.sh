# --mirror limits the stand-ins. A machine with more devices than a guest can have is
# refused with a limit that fits, and that limit works.
pci_function() {
	echo "<object type='PCIDev' gp_index='$((100 + $1))' pci_busid='0000:$(printf %02x:%02x.%x $(($1 / 256)) $(($1 % 256 / 8)) $(($1 % 8)))' pci_type='$2 [8086:1572] [0000:0000] 01' pci_link_speed='1.0'/>"
}
sets="cpuset='0x3' complete_cpuset='0x3' nodeset='0x1' complete_nodeset='0x1'"
{
	echo "<topology version='2.0'><object type='Machine' os_index='0' $sets allowed_cpuset='0x3' allowed_nodeset='0x1' gp_index='1'>"
	echo "<object type='NUMANode' os_index='0' $sets gp_index='2' local_memory='1073741824'/>"
	for cpu in 0 1; do
		echo "<object type='Core' os_index='$cpu' ${sets//0x3/0x$((cpu + 1))} gp_index='$((3 + cpu))'>"
		echo "<object type='PU' os_index='$cpu' ${sets//0x3/0x$((cpu + 1))} gp_index='$((5 + cpu))'/></object>"
	done
	echo "<object type='Bridge' gp_index='7' bridge_type='0-1' depth='0' bridge_pci='0000:[00-02]'>"
	for ((i = 0; i < 300; i++)); do pci_function $i 0200; done
	for ((i = 300; i < 303; i++)); do pci_function $i 0100; done
	for ((i = 303; i < 308; i++)); do pci_function $i 0c03; done
	echo "</object></object></topology>"
} > $SCRATCH/many.xml
plan() { virt-layout plan --like $SCRATCH/many.xml --target libvirt=10.0,qemu=8.2 "$@"; }
plan
echo "status $?"
for limit in $(plan 2>&1 >/dev/null | grep -o 'per-node=[0-9]*') none e1000e=2 e1000e=1,virtio-scsi=0 \
		e1000e=1,per-node=3,all,e1000e=4; do
	echo "$limit: $(plan --mirror "$limit" 2>&1 >$SCRATCH/plan.xml | grep mirror)"
	echo "status ${PIPESTATUS[0]}, $(grep -c '<interface' $SCRATCH/plan.xml) interfaces," \
		"$(grep -c "type='scsi'" $SCRATCH/plan.xml) SCSI controllers"
done
for bad in '' some per-node=-1 e1000e rtl8139=1 e1000e=x; do
	plan --mirror "$bad"
done
virt-layout plan --node vcpus=1,memory=1GiB --mirror none

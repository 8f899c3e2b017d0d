# Memory devices that are private, or not at an address where libvirt takes them.
domain() {
	cat <<END
<domain type='kvm'><name>$1</name><maxMemory slots='4' unit='GiB'>16</maxMemory><memory unit='GiB'>4</memory>
<memoryBacking><source type='memfd'/><access mode='shared'/></memoryBacking><vcpu>2</vcpu>
<os><type arch='x86_64' machine='q35'>hvm</type></os><features><acpi/></features>
<cpu mode='host-passthrough'><numa><cell id='0' cpus='0-1' memory='2' unit='GiB'/></numa></cpu>
<devices>
$2
</devices></domain>
END
}
virtiofs="<filesystem type='mount'><driver type='virtiofs'/><source dir='/x'/><target dir='t'/></filesystem>"
dimm="<target><size unit='GiB'>1</size><node>0</node></target></memory>"
plugged="<memory model='virtio-mem'><target><size unit='GiB'>1</size><node>0</node><block unit='MiB'>4</block><requested unit='MiB'>4</requested>"
domain private "$virtiofs
<memory model='dimm' access='private'>$dimm" > $SCRATCH/private.xml
domain shared "$virtiofs
<memory model='dimm'>$dimm" > $SCRATCH/shared.xml
domain unaligned "$plugged<address base='0x180200000'/></target></memory>" > $SCRATCH/unaligned.xml
domain overlap "$plugged<address base='0x180000000'/></target></memory>
$plugged<address base='0x190000000'/></target></memory>" > $SCRATCH/overlap.xml
cd $SCRATCH
virt-layout check --ignore hotplug-room private.xml shared.xml unaligned.xml overlap.xml
virt-layout check --fix --ignore hotplug-room private.xml | grep access
# libvirt 9.0 drops the address.
virt-layout check --target libvirt=9.0,qemu=7.2 --only memory-address unaligned.xml overlap.xml
# Without <requested>, the guest gets nothing of virtio-mem.
sed 's/<requested.*requested>//; s/<address base[^>]*>//' unaligned.xml > none.xml
virt-layout plan --predict --domain none.xml | grep "^memory device"
# What QEMU refuses of queues, and what is proposed instead.
sed "s/type='virtiofs'/type='virtiofs' queue='1000'/" shared.xml > queue.xml
domain send "<interface type='bridge'><source bridge='br0'/><model type='virtio'/><driver tx_queue_size='512'/></interface>
<interface type='bridge'><source bridge='br0'/><model type='virtio'/><driver rx_queue_size='300' tx_queue_size='300'/></interface>
<disk type='vhostuser'><driver name='qemu' queue_size='3'/><source type='unix' path='/s'/><target dev='vda' bus='virtio'/></disk>" > send.xml
virt-layout check --target libvirt=12.9,qemu=11.1 --only queue-size --only queue-size-range queue.xml send.xml
# An s390x machine takes neither cells nor DIMMs: nothing else is reported for them.
cells="<cpu><numa><cell id='0' cpus='0-1' memory='1' unit='GiB'/></numa></cpu>"
for numa in "" "$cells"; do
	cat > s390x.xml <<END
<domain type='qemu'><name>s390x</name><memory unit='GiB'>2</memory><vcpu>2</vcpu>
<os><type arch='s390x' machine='s390-ccw-virtio'>hvm</type></os>$numa
<devices><memory model='dimm'>$dimm</devices></domain>
END
	for target in libvirt=9.0,qemu=7.2 libvirt=9.3,qemu=8.2; do
		virt-layout check --target $target s390x.xml
	done
done

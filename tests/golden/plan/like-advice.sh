# Each refusal of a mirrored machine names an option that works: it is tried.
try() {
	echo "== $*"
	virt-layout plan --target libvirt=10.0,qemu=8.2 "$@" 2>$SCRATCH/err >/dev/null
	echo "status $?"
	grep -v 'note:\|target:' $SCRATCH/err | sed "s|$SCRATCH/||"
	if several=$(grep -oP -- "; \K--[a-z-]+ [^ ]+( with --[a-z-]+ [^ ]+)+(?= would fit)" $SCRATCH/err); then
		# shellcheck disable=SC2086
		virt-layout plan --target libvirt=10.0,qemu=8.2 "$@" ${several// with / } >/dev/null 2>&1
		echo "with both: status $?"
		return
	fi
	for option in "--mirror per-node" --spare-ports --general-ports --cpus-per-node "--target qemu"; do
		named=$(grep -oP -- "$option[= ]\K[0-9.]+" $SCRATCH/err | tail -1) || continue
		if [ "$option" = "--target qemu" ]; then
			again=("$@" --target qemu=$named)
		elif [ "$option" = "--mirror per-node" ]; then
			again=("$@" --mirror per-node=$named)
		else
			again=("$@" $option $named)
		fi
		virt-layout plan --target libvirt=10.0,qemu=8.2 "${again[@]}" >/dev/null 2>&1
		echo "with $option $named: status $?"
	done
}

sets="cpuset='0x3' complete_cpuset='0x3' nodeset='0x1' complete_nodeset='0x1'"
{
	echo "<topology version='2.0'><object type='Machine' os_index='0' $sets allowed_cpuset='0x3' allowed_nodeset='0x1' gp_index='1'>"
	echo "<object type='NUMANode' os_index='0' $sets gp_index='2' local_memory='1073741824'/>"
	for cpu in 0 1; do
		echo "<object type='PU' os_index='$cpu' ${sets//0x3/0x$((cpu + 1))} gp_index='$((5 + cpu))'/>"
	done
	echo "<object type='Bridge' gp_index='7' bridge_type='0-1' depth='0' bridge_pci='0000:[00-02]'>"
	for ((i = 0; i < 260; i++)); do
		echo "<object type='PCIDev' gp_index='$((100 + i))' pci_busid='0000:$(printf %02x:%02x.%x $((i / 256)) $((i % 256 / 8)) $((i % 8)))' pci_type='0200 [8086:1572] [0000:0000] 01' pci_link_speed='1.0'/>"
	done
	echo "</object></object></topology>"
} > $SCRATCH/many.xml

try --like $SCRATCH/many.xml
try --like $SCRATCH/many.xml --mirror per-node=250
two="synthetic:numa:2 pu:1"
try --like "$two" --spare-ports 250
try --like "$two" --general-ports 250
try --like "$two" --general-ports 200 --spare-ports 100
try --like $SCRATCH/many.xml --mirror per-node=4 --firmware efi --general-ports 40
try --like "synthetic:numa:2 core:150 pu:1" --target libvirt=9.0,qemu=7.2
try --like "synthetic:numa:2 core:150 pu:1" --type qemu
try --like "synthetic:numa:2 core:150 pu:1" --type qemu --target libvirt=9.0,qemu=7.2
try --like "synthetic:numa:2 core:1100 pu:1"
try --like "synthetic:numa:2 core:300 pu:1" --arch aarch64
try --like "synthetic:numa:200 pu:1"
try --like "synthetic:numa:2 core:150 pu:1" --iommu none
try --like "synthetic:numa:2 core:600 pu:1" --iommu virtio
try --like "synthetic:numa:100 core:4 pu:1" --spare-ports 4 --iommu none
try --like $SCRATCH/many.xml --spare-ports 40,for=e1000e
# Nodes without CPUs have none to give up, and CPUs of no node do not count.
virt-layout record "synthetic:pack:2 numa:1 core:300 pu:1" > $SCRATCH/two.host
sed -E '/<cpu id="[3-5][0-9]{2}"/d; s/(<node id="1" cpus=")[^"]*/\1/' $SCRATCH/two.host > $SCRATCH/far.host
try --like $SCRATCH/far.host --target libvirt=9.0,qemu=7.2
sed -E 's/(<cpu id="[3-5][0-9]{2}" node=")1/\1unknown/; s/(<node id="1" cpus=")[^"]*/\1/' $SCRATCH/two.host > $SCRATCH/none.host
virt-layout plan --like $SCRATCH/none.host --cpus-per-node 4 2>/dev/null | grep -o "<topology.*"
echo "== standard input"
virt-layout plan --like - --target libvirt=10.0,qemu=8.2 < $SCRATCH/many.xml 2>&1 | grep -o -- "--mirror.*" || true

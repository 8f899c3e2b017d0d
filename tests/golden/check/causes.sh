# One finding for one cause: pins to CPUs that are not online, attributes that libvirt
# drops. A pin with some CPUs online is a warning, and rules after it are checked.
host=tests/fuzz/corpus/hwloc-xml/two-nodes.xml
domain() {
	echo "<domain type='kvm'><name>pins</name><memory>131072</memory><vcpu>2</vcpu><cputune>"
	echo "<vcpupin vcpu='0' cpuset='$1'/>"
	echo "<vcpupin vcpu='1' cpuset='$1'/>"
	echo "</cputune><os><type arch='x86_64' machine='q35'>hvm</type></os></domain>"
}
domain 0,40-41 > $SCRATCH/part.xml
domain 40-41 > $SCRATCH/none.xml
for file in part none; do
	virt-layout check --target libvirt=9.0,qemu=7.2 --host $host $SCRATCH/$file.xml
	virt-layout check --target libvirt=9.0,qemu=7.2 --host $host --fix $SCRATCH/$file.xml | grep vcpupin
done
cat > $SCRATCH/dropped.xml <<'EOF'
<domain type='kvm'><name>d</name><memory>131072</memory><vcpu>1</vcpu>
<os firmware='efi'><type arch='aarch64' machine='virt'>hvm</type></os><features><acpi/></features>
<devices><iommu model='smmuv3'><driver accel='on' pciBus='0' ats='on' rill='on' foo='on' bar='on'/></iommu></devices></domain>
EOF
virt-layout check --target libvirt=9.0,qemu=7.2 --only attribute-dropped $SCRATCH/dropped.xml
# A fact that cannot be read is unknown.
sed '/"cpus.isolated"/s/unknown="[^"]*"/value="2-"/' tests/golden/check/no-iommu.host > $SCRATCH/host.xml
domain 2-3 > $SCRATCH/shared.xml
virt-layout check --only isolated-shared --host $SCRATCH/host.xml $SCRATCH/shared.xml

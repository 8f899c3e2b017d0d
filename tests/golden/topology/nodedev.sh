# Dumps of devices as an old libvirt writes them, without <class>, all in one file.
mkdir $SCRATCH/host
cat > $SCRATCH/host/capabilities.xml <<'EOF'
<capabilities><host><cpu><arch>x86_64</arch></cpu><topology><cells num='1'><cell id='0'>
<memory unit='KiB'>1048576</memory><cpus num='1'><cpu id='0'/></cpus></cell></cells></topology></host></capabilities>
EOF
device() {
	cat <<EOF
<?xml version="1.0"?>
<device><name>pci_0000_00_0$1_0</name><parent>computer</parent>$2<capability type='pci'>
<domain>0</domain><bus>0</bus><slot>$1</slot><function>0</function>
<product id='0x1533'/><vendor id='0x8086'/></capability></device>
EOF
}
{
	device 1 "<driver><name>igb</name></driver>"
	device 2 ""
	echo "<device><name>net_enp0s2</name><parent>pci_0000_00_02_0</parent><capability type='net'><interface>enp0s2</interface></capability></device>"
	device 3 "<driver><name>strange</name></driver>"
} > $SCRATCH/host/devices.xml
virt-layout topology -o NAME,WHAT,DRIVER,DEVICES $SCRATCH/host
virt-layout topology $SCRATCH/host/devices.xml
echo "status $?"
sed -i 's/strange/</' $SCRATCH/host/devices.xml
virt-layout topology $SCRATCH/host
echo "status $?"
# In an element around them; after the capabilities in one file; a file and a folder that
# are not dumps; a virtual function without its physical one.
show() {
	echo "== $1"
	virt-layout topology -o NAME,DEVICES ${2:-$SCRATCH/host} 2>&1 | grep -E '^virt|0000:' | sed "s|$SCRATCH/||"
}
write() {
	{
		echo "<nodedevs>"
		device 1 "<driver><name>igb</name></driver>" | sed 1d
		device 2 "<driver><name>igb</name></driver>" | sed 1d
		echo "</nodedevs>"
	} > $SCRATCH/host/devices.xml
}
write
show around
{
	cat $SCRATCH/host/capabilities.xml
	device 1 "<driver><name>igb</name></driver>"
	device 2 "<driver><name>igb</name></driver>"
} > $SCRATCH/all.xml
show "one file" $SCRATCH/all.xml
# In any order, and with what a loop or a shell printed between them.
dump() {
	device $1 "<driver><name>igb</name></driver>"
}
{ dump 1; sed 1i'<?xml version="1.0"?>' $SCRATCH/host/capabilities.xml; } > $SCRATCH/all.xml
show "devices first" $SCRATCH/all.xml
{
	echo "virsh # capabilities"
	cat $SCRATCH/host/capabilities.xml
	for i in 1 2; do
		echo "== pci_0000_00_0${i}_0"
		dump $i
	done
	echo done
} > $SCRATCH/all.xml
show "headings" $SCRATCH/all.xml
{ cat $SCRATCH/host/capabilities.xml; echo done; } > $SCRATCH/all.xml
virt-layout topology -n -o NAME $SCRATCH/all.xml
{ echo "== pci_0000_00_01_0"; dump 1 | sed 1d; } > $SCRATCH/host/devices.xml
show "one with a heading"
write
(cat $SCRATCH/host/capabilities.xml && device 1 "<driver/>" && echo "<") > $SCRATCH/bad.xml
virt-layout topology $SCRATCH/bad.xml || true
mkdir $SCRATCH/host/more
echo "<network/>" > $SCRATCH/host/net.xml
device 3 "<driver><name>igbvf</name></driver>" |
	sed "s|<product|<capability type='phys_function'><address domain='0' bus='9' slot='0' function='0'/></capability>&|" > $SCRATCH/host/vf.xml
show "not dumps"
sed -i "s|<product|<capability type='virt_functions' maxCount='8'><address domain='0' bus='0' slot='0x10' function='0'/></capability>&|" $SCRATCH/host/devices.xml
virt-layout plan --like $SCRATCH/host --target libvirt=9.0,qemu=7.2 2>&1 >/dev/null | grep virtual
# No advice on what would fit, if a part of the host could not be read.
> $SCRATCH/host/empty.xml
virt-layout plan --like $SCRATCH/host

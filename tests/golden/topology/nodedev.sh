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

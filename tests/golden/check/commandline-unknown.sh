# What an argument of QEMU that is not understood may change is listed as skipped, and a
# plan that changes it is refused; one that changes nothing of ours is not mentioned.
cd $SCRATCH
for argument in -numa -m -smp -readconfig -d -unheard-of "-device vfio-pci" "-device usb-tablet" \
		"-device e1000,bus=pcie.0,addr=6" "-drive if=virtio,file=a" "-global q35-pcihost.pci-hole64-size=1T"; do
	{
		echo "<domain type='qemu' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>"
		echo "<name>a</name><memory>1048576</memory><vcpu>2</vcpu>"
		echo "<os><type arch='x86_64' machine='q35'>hvm</type></os><features><acpi/></features>"
		echo "<devices/><qemu:commandline>"
		for word in $argument; do
			echo "<qemu:arg value='$word'/>"
		done
		echo "</qemu:commandline></domain>"
	} > a.xml
	echo "== $argument"
	virt-layout check a.xml 2>&1 | grep -v 'no host'
	virt-layout plan --domain a.xml --node vcpus=1,memory=512MiB --node vcpus=1,memory=512MiB \
		2>&1 > /dev/null | grep argument
done

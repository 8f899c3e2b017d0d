# What an argument of QEMU that is not understood may change is listed as skipped, and a
# plan that changes it is refused; one that changes nothing of ours is not mentioned.
cd $SCRATCH
for argument in -numa -m -smp -readconfig -d -unheard-of -device "-device vfio-pci" "-device usb-tablet" \
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

# A rule that a property of QEMU decides is skipped, whoever sets the property; a property
# adds no device. An environment variable is not an argument, even between the two words of
# one, and stays.
space="xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'"
global="<qemu:arg value='-global'/><qemu:arg value='"
override() {
	echo "<qemu:override $space><qemu:device alias='$1'><qemu:frontend><qemu:property name='$2' type='bool' value='true'/></qemu:frontend></qemu:device></qemu:override>"
}
commandline() {
	echo "<qemu:commandline $space>$1</qemu:commandline>"
}
judge() {
	sed "s|</domain>|$2</domain>|" $OLDPWD/tests/domains/$1.xml > b.xml
	echo "== $1 $3"
	virt-layout check --only $1 --only cmdline-hides b.xml 2>&1 | sed 1d
}
judge iommu-caching "$(override iommu0 caching-mode)" override
judge iommu-caching "$(commandline "${global}intel-iommu.caching-mode=on'/>")" global
judge iommu-caching "$(commandline "${global}driver=intel-iommu,property=caching-mode,value=on'/>")" words
judge iommu-caching "$(override iommu0 intremap)" "another property"
judge iommu-no-intremap "$(commandline "${global}intel-iommu.intremap=on'/>")" global
judge iommu-no-intremap "$(commandline "${global}intel-iommu.x=1'/>")" "another property"
judge iommu-virtio-bypass "$(override virtio-disk0 iommu_platform)" override
judge pxb-busnr-dup "$(override pci.3 bus_nr)" override
judge pxb-busnr-dup "$(commandline "<qemu:arg value='-device'/><qemu:env name='A' value='pa'/><qemu:arg value='usb-tablet'/><qemu:env name='B' value='-numa'/>")" environment
sed "s|</domain>|$(commandline "<qemu:env name='A' value='pa'/>")</domain>|" $OLDPWD/tests/domains/pxb-busnr-dup-near.xml > c.xml
virt-layout plan --domain c.xml --node vcpus=2,memory=512MiB --node vcpus=2,memory=512MiB 2>&1 | grep -c "qemu:env name='A' value='pa'"

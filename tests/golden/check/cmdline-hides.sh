# What <qemu:commandline> adds: a device that is not understood, a bus that is, and one with
# a property that is not.
for device in vfio-pci,host=81:00.0 pxb-pcie,id=x,bus=pcie.0,bus_nr=220 \
    pxb-pcie,id=x,bus=pcie.0,bus_nr=220,foo=1; do
	sed "s/vfio-pci,host=81:00.0/$device/" tests/domains/cmdline-hides.xml |
		virt-layout check - | grep cmdline-hides
done

# The name of what it adds: libvirt gives it no index.
while read -r name argument; do
	sed "s|</domain>|<q:commandline xmlns:q='http://libvirt.org/schemas/domain/qemu/1.0'><q:arg value='-device'/><q:arg value='$argument'/></q:commandline>&|" \
		tests/domains/$name-near.xml | virt-layout check --only $name -
done << END
port-chassis-dup pcie-root-port,bus=pcie.0,id=x,chassis=7
pxb-no-node pxb-pcie,id=x,bus=pcie.0,bus_nr=250
pxb-node-exists pxb-pcie,id=x,bus=pcie.0,bus_nr=250,numa_node=5
pxb-empty-efi pxb-pcie,id=x,bus=pcie.0,bus_nr=250,numa_node=0
commandline-address e1000e,bus=pcie.0,addr=0x1f.3
END

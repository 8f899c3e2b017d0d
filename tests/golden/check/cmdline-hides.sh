# What <qemu:commandline> adds: a device that is not understood, a bus that is, and one with
# a property that is not.
for device in vfio-pci,host=81:00.0 pxb-pcie,id=x,bus=pcie.0,bus_nr=220 \
    pxb-pcie,id=x,bus=pcie.0,bus_nr=220,foo=1; do
	sed "s/vfio-pci,host=81:00.0/$device/" tests/domains/cmdline-hides.xml |
		virt-layout check - | grep cmdline-hides
done

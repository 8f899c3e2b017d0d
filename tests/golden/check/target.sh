cd tests/golden/plan
for m in q35-9.2 i440fx-10.0 i440fx-11.1 q35-12.0; do
	sed "s|pc-q35-7.2|pc-$m|" machine.xml > $SCRATCH/$m.xml
done
sed "s|<devices>|&<iommu model=\"intel\"><driver intremap=\"on\" dma_translation=\"off\"/></iommu>|" machine.xml > $SCRATCH/new-attribute.xml
sed "s|<devices>|&<interface type=\"user\"><model type=\"igb\"/><backend type=\"passt\"/></interface><hostdev mode=\"subsystem\" type=\"pci\"><source><address bus=\"1\"/></source><acpi nodeset=\"0\"/></hostdev>|" machine.xml > $SCRATCH/new-elements.xml
cd $SCRATCH
for f in q35-9.2 new-attribute new-elements q35-12.0; do
	virt-layout check $f.xml 2>&1
done
virt-layout check --only feature-version --only machine-exists *.xml
virt-layout check --only feature-version --only machine-exists --target libvirt=9.0,qemu=7.2 *.xml
virt-layout check -J --only feature-version --only machine-exists q35-9.2.xml
# The firmware is only what was given.
virt-layout check --only feature-version --target firmware=seabios-1.17 q35-9.2.xml 2>&1
virt-layout check --only feature-version --target libvirt=9.0,firmware=edk2-2025.02,firmware=seabios-1.16.2 q35-9.2.xml 2>&1
virt-layout check -J --only feature-version --target firmware=edk2-2025.02,firmware=seabios-1.16.2 q35-9.2.xml | grep -E 'seabios|edk2'
virt-layout check --target firmware=edk2-17 q35-9.2.xml 2>&1

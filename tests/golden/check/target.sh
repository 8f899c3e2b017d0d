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
echo "The firmware of the host, where it is certain that the domain has it"
virt-layout record "synthetic:pack:1 numa:1 core:2 pu:1" | sed 's|\(<fact name="firmware.seabios"\).*|\1 value="1.17.0"/>|
	s|\(<fact name="firmware.edk2-x86_64"\).*|\1 value="2025.02"/>|' > host.xml
loader() { sed "s|<os[^>]*>|<os><loader type='$1' readonly='yes'>$2</loader>|" q35-9.2.xml > loader.xml; }
target() { virt-layout check --only feature-version --host host.xml "$@" 2>&1 | grep ^target; }
target q35-9.2.xml
loader pflash /usr/share/OVMF/OVMF_CODE_4M.fd && target loader.xml
loader pflash /opt/edk2.fd && target loader.xml
loader rom /opt/bios.bin && target loader.xml
sed 's|<devices>|&<emulator>/opt/qemu</emulator>|' q35-9.2.xml > emulator.xml && target emulator.xml
sed 's|arch=.x86_64.|arch="aarch64"|' q35-9.2.xml > arm.xml && target arm.xml
target --target firmware=edk2-2022.11 q35-9.2.xml
sed 's|<fact |<firmware descriptor="/etc/qemu/firmware/10-own.json" interfaces="uefi" executable="/opt/edk2.fd" present="yes"><target architecture="x86_64" machines="*"/></firmware>&|;t end;b;:end;n;b end' host.xml > own.xml
virt-layout check --only feature-version --host own.xml q35-9.2.xml 2>&1 | grep ^target
echo "What an older libvirt drops is not malformed"
sed 's|dma_translation="off"|dma_translation="x"|' new-attribute.xml > malformed.xml
for version in 9.0 11.0; do
	virt-layout check --only value-malformed --target libvirt=$version,qemu=8.2 malformed.xml 2>/dev/null | cut -d: -f3-
	echo "status ${PIPESTATUS[0]}"
done
echo "An NVDIMM of pseries needs no ACPI"
for machine in x86_64:q35 ppc64le:pseries; do
	cat > nvdimm.xml <<END
<domain type='qemu'><name>nvdimm</name><maxMemory slots='1' unit='GiB'>4</maxMemory><memory unit='GiB'>2</memory><vcpu>1</vcpu>
<os><type arch='${machine%:*}' machine='${machine#*:}'>hvm</type></os><cpu><numa><cell id='0' cpus='0' memory='1' unit='GiB'/></numa></cpu>
<devices><memory model='nvdimm'><source><path>/tmp/n</path></source><target><size unit='GiB'>1</size><node>0</node></target></memory></devices></domain>
END
	virt-layout check --only memory-needs-acpi nvdimm.xml 2>/dev/null | cut -d: -f3-4
	echo "status ${PIPESTATUS[0]}"
done

# Facts of a host that are lists: an item that is only part of another one is not in the list.
# 2000:00:00.0 is not the function 12000:00:00.0, whose disk is mounted; and an empty name is no
# feature of a firmware.
virt-layout record 'synthetic:numa:1(memory=4GB) core:2 pu:1' |
	sed -E '/<fact name="cpu.address-bits"/i\
  <firmware descriptor="/a.json" interfaces="uefi" features="secure-boot enrolled-keys" device="flash" executable="/a.fd" present="yes">\
    <target architecture="x86_64" machines="pc-q35-*"/>\
  </firmware>
		s/ pci="no"/ pci="yes"/; s/(<fact name="firmware.descriptors") .*/\1 value="1"\/>/
		s/(<fact name="pci.with-mounted-disks") .*/\1 value="12000:00:00.0 0000:01:00.0"\/>/
		s/(<fact name="pci.with-default-route") .*/\1 value=""\/>/' > $SCRATCH/host.xml
for feature in enrolled-keys keys ''; do
	echo "<domain type='kvm'><name>a</name><memory>512</memory><vcpu>1</vcpu><os firmware='efi'><type arch='x86_64' machine='pc-q35-8.2'>hvm</type><firmware><feature enabled='yes' name='$feature'/></firmware></os></domain>" > $SCRATCH/a.xml
	virt-layout check --host $SCRATCH/host.xml --only firmware-exists $SCRATCH/a.xml
done
for address in "domain='0x2000' bus='0'" "domain='0' bus='1'"; do
	echo "<domain type='kvm'><name>a</name><memory>512</memory><vcpu>1</vcpu><os><type arch='x86_64' machine='pc-q35-8.2'>hvm</type></os><devices><hostdev mode='subsystem' type='pci' managed='yes'><source><address $address slot='0' function='0'/></source></hostdev></devices></domain>" > $SCRATCH/a.xml
	virt-layout check --host $SCRATCH/host.xml --only hostdev-in-use $SCRATCH/a.xml
done

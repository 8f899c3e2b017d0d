cat >$SCRATCH/d.xml <<X
<domain type='kvm' xmlns:q='http://libvirt.org/schemas/domain/qemu/1.0'>
  <name>initiators</name>
  <memory unit='GiB'>3</memory>
  <vcpu>2</vcpu>
  <os><type arch='x86_64' machine='q35'>hvm</type></os>
  <features><acpi/></features>
  <cpu><numa>
    <cell id='0' cpus='0-1' memory='2' unit='GiB'/>
    <cell id='1' memory='1' unit='GiB'/>
    <cell id='2' memory='0' unit='GiB'/>
    <cell id='3' memory='0' unit='GiB'/>
  </numa></cpu>
  <devices>
    <controller type='pci' index='0' model='pcie-root'/>
    <controller type='pci' index='1' model='pcie-root-port'/>
  </devices>
  <q:commandline>
    <q:arg value='-object'/>
    <q:arg value='acpi-generic-initiator,id=gi0,pci-dev=pci.1,node=3'/>
  </q:commandline>
</domain>
X
virt-layout topology $SCRATCH/d.xml

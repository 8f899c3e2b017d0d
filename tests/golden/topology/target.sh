# The default model of a SCSI controller on virt changed in libvirt 11.6.
cat > $SCRATCH/scsi.xml <<'XML'
<domain type='qemu'>
  <name>scsi</name>
  <memory unit='MiB'>512</memory>
  <vcpu>1</vcpu>
  <os>
    <type arch='aarch64' machine='virt'>hvm</type>
  </os>
  <devices>
    <controller type='scsi' index='0'/>
    <interface type='user'>
      <model type='virtio'/>
    </interface>
    <memballoon model='none'/>
  </devices>
</domain>
XML
sed "s/'virt'/'virt-11.0'/" $SCRATCH/scsi.xml > $SCRATCH/new.xml
virt-layout topology $SCRATCH/scsi.xml
for target in libvirt=9.0 libvirt=12.9,qemu=11.1; do
	virt-layout topology --target $target $SCRATCH/scsi.xml
done
# The machine type proves a newer QEMU, which is not used with an old libvirt.
virt-layout topology $SCRATCH/new.xml
# A plan is compared with what the target's libvirt makes of it.
virt-layout verify --target libvirt=12.9 $SCRATCH/scsi.xml $SCRATCH/new.xml
virt-layout verify --target libvirt=9.0 $SCRATCH/scsi.xml $SCRATCH/new.xml
echo $?
tests/hosts/make-root two-nodes $SCRATCH/h
virt-layout topology --target libvirt=9.0 $SCRATCH/h
echo $?

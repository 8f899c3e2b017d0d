# Whether a vhost-user back end works with iommu='on' is not known. shmem is not a
# virtio device, although it has the same vendor.
cat > $SCRATCH/domain.xml <<'EOF'
<domain type='kvm'>
  <name>back-ends</name>
  <memory unit='GiB'>4</memory>
  <memoryBacking>
    <source type='memfd'/>
    <access mode='shared'/>
  </memoryBacking>
  <vcpu>4</vcpu>
  <os>
    <type arch='x86_64' machine='q35'>hvm</type>
  </os>
  <features>
    <acpi/>
    <apic/>
  </features>
  <cpu mode='host-passthrough'/>
  <devices>
    <disk type='vhostuser' device='disk'>
      <driver name='qemu' type='raw'/>
      <source type='unix' path='/run/disk'/>
      <target dev='vda' bus='virtio'/>
    </disk>
    <filesystem type='mount'>
      <driver type='virtiofs'/>
      <source dir='/srv'/>
      <target dir='srv'/>
    </filesystem>
    <filesystem type='mount'>
      <driver type='path'/>
      <source dir='/opt'/>
      <target dir='opt'/>
    </filesystem>
    <interface type='vhostuser'>
      <source type='unix' path='/run/switch' mode='client'/>
      <model type='virtio'/>
    </interface>
    <interface type='user'>
      <model type='virtio'/>
    </interface>
    <video>
      <driver name='vhostuser'/>
      <model type='virtio'/>
    </video>
    <memballoon model='none'/>
    <shmem name='shared'>
      <model type='ivshmem-plain'/>
    </shmem>
  </devices>
</domain>
EOF
cd $SCRATCH
virt-layout plan --domain domain.xml --iommu intel > planned.xml
diff domain.xml planned.xml
virt-layout check --only iommu-virtio-bypass planned.xml
virt-layout plan --domain planned.xml --iommu intel --diff
sed "s/ iommu='on'//" planned.xml | virt-layout check --only iommu-virtio-bypass --fix - | diff planned.xml -

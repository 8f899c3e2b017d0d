# What virtio devices of model virtio-non-transitional show on a root and on a conventional bus,
# as a guest of QEMU 7.2 saw them.
cat > $SCRATCH/a.xml <<- end
	<domain type='qemu'><name>a</name><memory unit='MiB'>512</memory><vcpu>1</vcpu>
	<os><type arch='x86_64' machine='q35'>hvm</type></os><features><acpi/></features><devices>
	<controller type='pci' index='1' model='pcie-root-port'/><controller type='pci' index='2' model='pcie-to-pci-bridge'/>
	<controller type='virtio-serial' index='0' model='virtio-non-transitional'><address type='pci' bus='0' slot='7'/></controller>
	<disk type='file' model='virtio-non-transitional'><source file='/a'/><target dev='vda' bus='virtio'/><address type='pci' bus='0' slot='5'/></disk>
	<disk type='file' model='virtio-non-transitional'><source file='/b'/><target dev='vdb' bus='virtio'/><address type='pci' bus='2' slot='5'/></disk>
	<disk type='file'><source file='/c'/><target dev='vdc' bus='virtio'/><address type='pci' bus='2' slot='7'/></disk>
	<interface type='user'><model type='virtio-non-transitional'/><address type='pci' bus='0' slot='6'/></interface>
	</devices></domain>
end
virt-layout record $SCRATCH/a.xml | sed -nE 's/.*function at="([^"]*)".* device="([^"]*)" sub.*port-type="([^"]*)".*/\1 \2 \3/p' | grep -E '(00:0[567]|02:0.)\.0'

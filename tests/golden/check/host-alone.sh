# A host without a domain: what it has, and whether it can assign devices.
cd tests/golden/check
none=$PWD/no-iommu.host
tests=$PWD/../..
virt-layout check --host no-iommu.host
echo "status $?"
virt-layout check --json-lines --host no-iommu.host
sed 's/<iommu [^>]*>/<iommu table="yes" enabled="yes" remapping="no" address-bits="46"\/>/' no-iommu.host > $SCRATCH/no-remapping.xml
cd $SCRATCH
virt-layout check --host no-remapping.xml
sed 's/remapping="no"/remapping="yes"/' no-remapping.xml > good.xml
virt-layout check --host good.xml
echo "status $?"
virt-layout check --fix --host good.xml
# What to do follows the processor's vendor and the kernel's command line.
host() {
	echo "== $1"
	sed "$2" ${3:-no-remapping.xml} > host.xml
	virt-layout check --host host.xml | grep -o "[a-z]*: host-.*" || true
}
line() {
	echo "s|<fact name=\"kernel.command-line\".*|<fact name=\"kernel.command-line\" value=\"$1\"/>|"
}
vendor() {
	echo "s|<fact name=\"cpus.isolated\"|<fact name=\"cpu.vendor\" value=\"$1\"/>&|"
}
host "AMD by the processor" "$(vendor AuthenticAMD)" $none
host "off by both" "$(line "ro intel_iommu=sm_on,off quiet")" $none
host "AMD, off by both" "$(vendor AuthenticAMD);$(line "amd_iommu=off")" $none
host "the last one counts" "$(line "intel_iommu=off intel_iommu=on")" $none
host "s390x" 's/architecture="x86_64"/architecture="s390x"/' $none
host "a list" "$(line "intremap=nosid,off")"
host "the old name" "$(line "ro nointremap")"
table() {
	echo "s/<iommu [^>]*>/<iommu table=\"$1\" enabled=\"no\" remapping=\"no\" address-bits=\"unknown\"\/>/"
}
machine() {
	echo "s/architecture=\"x86_64\"/architecture=\"$1\"/"
}
host "described by the firmware" "$(table yes)" $none
host "described and on" "$(table yes);$(line "intel_iommu=sm_on,on")" $none
host "described by AMD's" "$(table yes);$(vendor AuthenticAMD)" $none
host "not described, and on" "$(line "intel_iommu=on")" $none
for known in no yes unknown; do
	host "an SMMU, table $known" "$(table $known);$(machine aarch64)" $none
done
for other in aarch64 ppc64le s390x; do
	host "no remapping of $other" "$(machine $other)"
done
host "allowed on aarch64" "$(machine aarch64);$(line "vfio_iommu_type1.allow_unsafe_interrupts=1")"
# Devices that use iommufd have a parameter of their own.
for line in vfio_iommu_type1 iommufd; do
	echo "== iommufd, $line"
	sed "$(line "$line.allow_unsafe_interrupts=1")" no-remapping.xml > host.xml
	virt-layout check --only host-remapping-off --host host.xml $tests/domains/host-iommufd-missing.xml | grep -o "[a-z]*: host-.*" || true
done
for on in =1 =Y =on "" =0; do
	host "allowed$on" "$(line "ro vfio-iommu-type1.allow_unsafe_interrupts$on quiet")"
done
echo "<capabilities><host><cpu><arch>x86_64</arch></cpu><iommu support='no'/><topology><cells num='1'>
<cell id='0'><memory unit='KiB'>1048576</memory><cpus num='1'><cpu id='0'/></cpus></cell></cells></topology></host></capabilities>" > caps.xml
host "a source without PCI devices" "" caps.xml

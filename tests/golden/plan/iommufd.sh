P="virt-layout plan --target libvirt=12.9,qemu=11.1"
N="--node vcpus=2,memory=2GiB --hostdev 9b:00.0,node=0 --iommufd"
# A new domain, which planning again does not change.
$P $N -o $SCRATCH/a.xml && grep -A5 "<hostdev" $SCRATCH/a.xml && $P --domain $SCRATCH/a.xml $N --diff
$P $N --predict | grep "memory locked"
# An existing one: iommufd='no' is changed, a mediated device is not.
sed "s|<devices>|&<hostdev mode='subsystem' type='mdev' model='vfio-pci'><source><address uuid='00000000-0000-0000-0000-000000000001'/></source></hostdev>|; s|iommufd='yes'|iommufd='no'|" $SCRATCH/a.xml > $SCRATCH/b.xml
$P --domain $SCRATCH/b.xml --iommufd --diff | grep "^[-+] "
# libvirt's schema wants <driver> next to <source>.
sed "/<driver iommufd/d" $SCRATCH/a.xml > $SCRATCH/c.xml && $P --domain $SCRATCH/c.xml --iommufd | grep -A5 "<hostdev"
sed -i "s|<hostdev.*>|&<rom bar='off'/>|" $SCRATCH/c.xml && $P --domain $SCRATCH/c.xml --iommufd | grep -A5 "<hostdev"
printf '<request><node vcpus="1" memory="1GiB"/><hostdev address="9b:00.0" node="0"/><iommufd use="yes"/></request>' > $SCRATCH/r.xml &&
	$P $SCRATCH/r.xml | grep iommufd
# Nothing to do, and older versions.
$P --node vcpus=1,memory=1GiB --iommufd | grep -c iommufd
virt-layout plan $N
# A host without it.
tests/hosts/make-root two-nodes $SCRATCH/h && virt-layout record $SCRATCH/h |
	sed 's|\(vfio.iommufd"\) .*/>|\1 value="no"/>|' > $SCRATCH/host.xml
$P --node vcpus=1,memory=1GiB --hostdev 81:00.0,node=0 --iommufd --host $SCRATCH/host.xml > /dev/null
sed -i '/vfio.iommufd/s/"no"/"yes"/' $SCRATCH/host.xml
$P --node vcpus=1,memory=1GiB --hostdev 81:00.0,node=0 --iommufd --host $SCRATCH/host.xml | grep iommufd

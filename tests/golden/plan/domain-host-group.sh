tests/hosts/make-root groups $SCRATCH/g &&
	sed "s|.*</hostdev>|&<hostdev mode=\"subsystem\" type=\"pci\" managed=\"yes\"><source><address bus=\"5\" function=\"1\"/></source></hostdev>|" tests/golden/plan/gpu-group.xml > $SCRATCH/a.xml &&
	P="virt-layout plan --host $SCRATCH/g --iommu intel --domain" &&
	$P $SCRATCH/a.xml -o $SCRATCH/b.xml &&
	diff $SCRATCH/a.xml $SCRATCH/b.xml | grep "^>.*\(pci\|target\|node\)"
$P $SCRATCH/b.xml --diff &&
	virt-layout plan --domain $SCRATCH/a.xml --host $SCRATCH/g -o $SCRATCH/c.xml &&
	$P $SCRATCH/c.xml --diff &&
	sed "s|<iommu |<hostdev mode=\"subsystem\" type=\"pci\" managed=\"yes\"><source><address bus=\"3\"/></source></hostdev>&|" $SCRATCH/b.xml | $P - --diff &&
	sed "s|<hostdev|<hostdev mode='subsystem' type='pci' managed='yes'><source><address bus='5' function='1'/></source></hostdev>&|" tests/golden/plan/gpu-group.xml |
	virt-layout plan --host $SCRATCH/g --domain - | grep "function='0x1'"

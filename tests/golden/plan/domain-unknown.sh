A="--node vcpus=4,memory=3GiB --general-ports 3"
D=tests/golden/plan/unknown.xml
virt-layout plan --domain $D $A > $SCRATCH/a.xml &&
	grep -A3 root-port $SCRATCH/a.xml &&
	virt-layout plan --domain $SCRATCH/a.xml $A --diff
virt-layout topology $D
virt-layout check --only pci-address-dup $D

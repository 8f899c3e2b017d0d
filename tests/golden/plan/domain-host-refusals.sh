tests/hosts/make-root switches $SCRATCH/h &&
	tests/hosts/make-root groups $SCRATCH/g &&
	cd tests/golden/plan &&
	P="virt-layout plan --host $SCRATCH/h --domain -"
sed "s|<os>|<numatune><memory mode=\"strict\" nodeset=\"0\"/></numatune><os>|" gpu.xml | $P
sed "s|static|auto|" gpu.xml | $P
sed "s|0x8a|0x77|" gpu.xml | $P
sed "s|>8</vcpu|>1</vcpu|" gpu.xml | $P
virt-layout plan --domain gpu-group.xml --host $SCRATCH/g
sed "s|.*</hostdev>|&<hostdev mode=\"subsystem\" type=\"pci\" managed=\"yes\"><source><address bus=\"5\" function=\"1\"/></source></hostdev>|" gpu-group.xml | virt-layout plan --domain - --host $SCRATCH/g --diff

cd $SCRATCH &&
	printf "<domain><a></domain>" > open &&
	printf "<domain/><domain/>" > two &&
	printf "<!DOCTYPE d [<!ENTITY e \"x\">]><domain>&e;</domain>" > entity &&
	printf "<network/>" > network &&
	: > empty &&
	printf "<domain><vcpu>-1</vcpu><devices><controller type=\"pci\" index=\"99999999999999999999\"/><hostdev><source><address slot=\"0x20\"/></source></hostdev><unknown/></devices></domain>" > odd &&
	virt-layout check open two entity network empty odd

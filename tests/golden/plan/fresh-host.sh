# A new domain for a host: its nodes are bound to those of its devices, in whatever order
# these are, as if it were planned first without the host and then with it. The nodes are
# the requested ones, and planning again changes nothing.
P=$PWD
cd $SCRATCH
$P/tests/hosts/make-root switches h
N='--node vcpus=2,memory=2GiB'
try() { # PLAN-OPTION...
	virt-layout plan --host h "$@" -o new.xml && virt-layout plan "$@" -o two.xml &&
		virt-layout plan --domain two.xml --host h --in-place && cmp two.xml new.xml &&
		virt-layout plan --domain new.xml --host h --diff &&
		virt-layout topology new.xml -o NAME | grep -E '^node|root bus 0000:[^0]|0000:[^0].:' &&
		grep '<memnode' new.xml
} 2>> messages
try $N --hostdev 8a:00.0,node=0 $N --hostdev 1c:00.0,node=1 # crossed
try $N --hostdev 1a:00.0,node=0 $N --hostdev 1b:00.0,node=1 # both of one host node
try $N $N --hostdev b1:00.0,node=1 --iommu none --type qemu
try $N # nothing is assigned
# Devices of several host nodes on one node; what a host alone does not say.
virt-layout plan --host h $N --hostdev 8a:00.0,node=0 --hostdev 1c:00.0,node=0
virt-layout plan --host h
virt-layout plan --host h $N --emit expect
virt-layout plan --host h $N --in-place
# Files of another kind in place of a request.
virt-layout record h -o record.xml
virt-layout plan record.xml
virt-layout plan new.xml

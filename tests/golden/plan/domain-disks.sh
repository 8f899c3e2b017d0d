A="--node vcpus=2,memory=1GiB --node vcpus=2,memory=1GiB --iothreads per-node --place vdb=1 --place 52:54:00:00:00:01=0 --firmware efi --debug-console"
D=tests/golden/plan/disks.xml
virt-layout plan --domain $D $A --diff &&
	virt-layout plan --domain $D $A -o $SCRATCH/a.xml &&
	virt-layout plan --domain $SCRATCH/a.xml $A --diff &&
	virt-layout plan --domain $D $A --target libvirt=10.0,qemu=9.0 --diff | grep iothread
virt-layout plan --domain $D --place vdx=1
virt-layout plan --domain $D --place sda=1
virt-layout plan --domain $D --place vdb
virt-layout plan --domain $SCRATCH/a.xml --firmware bios
virt-layout plan --domain $D --name x
virt-layout plan --place vdb=1 --node vcpus=1,memory=1GiB

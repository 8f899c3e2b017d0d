A="--node vcpus=4,memory=4GiB --node vcpus=2,memory=2GiB --nic e1000e,per-node=3 --spare-ports 1"
virt-layout plan $A > $SCRATCH/a.xml &&
	virt-layout plan --domain $SCRATCH/a.xml $A --diff &&
	cd $SCRATCH &&
	virt-layout plan --domain a.xml $A --device virtio-scsi,node=1 --diff

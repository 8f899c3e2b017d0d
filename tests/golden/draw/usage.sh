# A machine is drawn alone.
tests/hosts/make-root two-nodes $SCRATCH/h
virt-layout draw $SCRATCH/h $SCRATCH/h
virt-layout draw --host $SCRATCH/h $SCRATCH/h
virt-layout draw -c qemu:///system
virt-layout draw $SCRATCH/missing.xml

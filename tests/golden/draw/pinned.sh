# Assigned devices: one on the node that it is on in the host, one on another package's, and
# one that the host does not have. vCPUs are next to the CPUs that they are pinned to.
tests/hosts/make-root switches $SCRATCH/h
virt-layout draw --ids --host $SCRATCH/h tests/golden/draw/pinned.xml

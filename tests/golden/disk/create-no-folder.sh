virt-layout disk create -s 64MiB -p size=rest $SCRATCH/no/a.img

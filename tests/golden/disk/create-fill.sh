virt-layout disk create -s 64MiB -p size=rest --format ext5=1 $SCRATCH/a.img
virt-layout disk create -s 64MiB -p size=1MiB --populate /work/x=2 $SCRATCH/a.img
head -c 2M /dev/zero > $SCRATCH/two
virt-layout disk create -s 64MiB -p size=1MiB --populate $SCRATCH/two=1 $SCRATCH/a.img
ls -A $SCRATCH

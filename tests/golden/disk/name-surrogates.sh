# Names on a GPT are UTF-16: a character beyond U+FFFF is a surrogate pair, two of 36 units.
virt-layout disk create --seed 1d6d1b0e-5ee0-4a0c-9b5c-4a4d8c5a0d6f --size 16MiB --part size=1MiB,name=a$'\U0001f4be'b --part size=1MiB,name=$(printf $'\U0001f600%.0s' {1..18}) $SCRATCH/a.img
virt-layout disk show -o NR,NAME $SCRATCH/a.img
od -v -An -tx2 -j1080 -N12 $SCRATCH/a.img
od -v -An -tx2 -j1204 -N76 $SCRATCH/a.img
virt-layout disk show --script $SCRATCH/a.img > $SCRATCH/script
virt-layout disk create --size 16MiB $SCRATCH/script $SCRATCH/b.img
cmp $SCRATCH/a.img $SCRATCH/b.img
virt-layout disk plan --size 16MiB --part size=1MiB,name=$(printf $'\U0001f600%.0s' {1..18})x

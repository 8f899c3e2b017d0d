cd $SCRATCH
make() { virt-layout disk create $1 -s 200MiB -p size=32MiB,type=esp -p size=50MiB -p size=20MiB --seed a "${@:2}"; }
make made.img
make created.img --hybrid 1:0c,3
cp made.img plain.img
virt-layout disk set made.img --hybrid 1:0c,3 && cmp made.img created.img && echo "as created"
virt-layout disk set made.img --hybrid 2 --dry-run && cmp made.img created.img && echo unchanged
virt-layout disk delete made.img 3
virt-layout disk set made.img --part number=3,size=40MiB --hybrid 3:83 && virt-layout disk check made.img
virt-layout disk set created.img --hybrid none && cmp created.img plain.img && echo "as before"
make stale.img --hybrid 1
printf '\7' | dd of=stale.img bs=1 seek=471 conv=notrunc status=none
virt-layout disk check stale.img
virt-layout disk add stale.img -p size=1MiB
virt-layout disk set stale.img --hybrid 1,2 && virt-layout disk check stale.img
virt-layout disk create dos.img -l dos -s 100MiB -p size=10MiB
virt-layout disk set dos.img --hybrid 1
virt-layout disk set made.img --hybrid 7
virt-layout disk set made.img --hybrid 1,2,3,1
virt-layout disk set made.img
virt-layout disk set made.img --hybrid 1:ee
virt-layout disk create no.img -s 200MiB -p size=32MiB --hybrid 1:0f

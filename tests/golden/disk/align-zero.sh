virt-layout disk align --capacity 1 --interval 0

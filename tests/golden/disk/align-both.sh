virt-layout disk align -s 34 -c 1MiB -l 1MiB --both

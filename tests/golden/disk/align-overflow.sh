virt-layout disk align -s 18446744073709551615 -c 1 -l 512

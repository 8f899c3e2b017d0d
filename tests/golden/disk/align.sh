virt-layout disk align --start 0 --capacity 618 --interval 512 &&
	virt-layout disk align -s 100 -c 412 -l 512 --rule strict -J

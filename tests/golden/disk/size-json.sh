cd $SCRATCH &&
	truncate -s 1000000 a.raw &&
	printf "KDMV123" > b &&
	virt-layout disk size -J -O qcow2 --size 1GiB --option data_file=x --snapshots any
# Column widths without headings differ between versions of libsmartcols.
virt-layout disk size a.raw b missing -n -o name,capacity,kind | sed 's/  */ /g'

# The last partition of a large MBR ends before LBA 2^32-1, which libfdisk since 2.41 does not
# use, unless start and size ask for that block.
for script in 'size=+' 'size=1GiB\nsize=+' 'size=1GiB\ntype=5' 'x1 : size=1GiB\nx2 : type=5\nx5 : size=1GiB\nx6 : size=+' 'start=2048,size=4294965248' 'size=4294965248' 'size=1GiB\nsize=4292868096' 'start=4294967295' 'start=2048,size=4294965249'; do
	printf "label: dos\n$script\n" | virt-layout disk plan - --size 3TiB -n -o NR,KIND,START,END
done
printf 'label: dos\nsize=+\n' | virt-layout disk plan - --size 3TiB --sector-size 4096 -n -o NR,KIND,START,END

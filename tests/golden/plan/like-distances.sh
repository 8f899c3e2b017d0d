# Distances that libvirt accepts, up to 255, are kept; others are changed, which is noted.
tests/hosts/make-root switches $SCRATCH/h
for row in '10 11' '10 254' '10 255' '10 9' '10 256' '12 21'; do
	echo "$row" > $SCRATCH/h/sys/devices/system/node/node0/distance
	virt-layout plan --like $SCRATCH/h --cpus-per-node 2 --memory-per-node 1GiB \
		> $SCRATCH/plan.xml 2> $SCRATCH/err
	echo "$row: status $?, cell 0" $(grep -m 2 '<sibling' $SCRATCH/plan.xml)
	grep distance $SCRATCH/err
done
virt-layout check $SCRATCH/plan.xml

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
# QEMU stores latencies and bandwidths as 16-bit multiples of one unit: others are rounded or left
# out, which is noted.
virt-layout record $SCRATCH/h > $SCRATCH/g.rec
hmat() { echo "<hmat initiator='$1' target='$2' latency-ns='$3' bandwidth-mib-s='$4'/>"; }
sed "0,/<root /s|<root |$(hmat 0 0 5 307201)$(hmat 0 1 4000000 204799)$(hmat 1 1 9 3)&|" $SCRATCH/g.rec > $SCRATCH/h.rec
virt-layout plan --like $SCRATCH/h.rec --hmat --cpus-per-node 2 --memory-per-node 1GiB \
	> $SCRATCH/plan.xml 2> $SCRATCH/err
grep -E 'rounded|left out: less' $SCRATCH/err
grep -E '<(latency|bandwidth)' $SCRATCH/plan.xml
virt-layout check $SCRATCH/plan.xml

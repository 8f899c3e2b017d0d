# A finding about a port is in the row of the device below it, and one about an expander bus
# in the frame of its root bus.
for page in svg html; do
	virt-layout draw tests/golden/draw/ports.xml -O $page -o $SCRATCH/ports.$page
done
grep -oE "[0-9] (error|warning|info): [a-z-]*" $SCRATCH/ports.svg
grep -oE '<a href="#[^"]*">(error|warning|info) [a-z-]*' $SCRATCH/ports.html

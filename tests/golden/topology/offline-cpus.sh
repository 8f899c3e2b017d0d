# CPUs that the host has, but that are offline, are noted, also if its nodes do not list
# them. Those that could be plugged in are not.
cpus=$SCRATCH/host/devices/system/cpu
mkdir -p $SCRATCH/host/devices/system/node/node0 $cpus/cpu{0..3}
echo 0-1 > $cpus/online
echo 0-3 > $cpus/present
echo 0-7 > $cpus/possible
echo 0-1 > $SCRATCH/host/devices/system/node/node0/cpulist
virt-layout topology $SCRATCH/host
echo 0-2 > $SCRATCH/host/devices/system/node/node0/cpulist
virt-layout topology $SCRATCH/host > $SCRATCH/listed
echo 0-3 > $cpus/online
virt-layout topology $SCRATCH/host > $SCRATCH/all
rm $cpus/present
echo 0-1 > $cpus/online
virt-layout topology $SCRATCH/host > $SCRATCH/unknown

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
# A kernel without NUMA has no nodes; memory and huge pages are those of the machine.
rm -r $SCRATCH/host/devices/system/node
mkdir -p $SCRATCH/root/proc $SCRATCH/root/sys/kernel/mm/hugepages/hugepages-2048kB
cp -r $SCRATCH/host/devices $SCRATCH/root/sys
echo 0-3 > $SCRATCH/root/sys/devices/system/cpu/present
echo 6 > $SCRATCH/root/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages
printf 'MemTotal:        2097152 kB\nMemFree: 1 kB\n' > $SCRATCH/root/proc/meminfo
virt-layout topology $SCRATCH/root
virt-layout record $SCRATCH/root 2>/dev/null | grep '<file path="proc' || true

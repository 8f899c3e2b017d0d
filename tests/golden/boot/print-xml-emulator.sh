sed "s,<devices>,<devices><emulator>/sbin/reboot</emulator>," tests/golden/boot/busy.xml >$SCRATCH/d
for e in "" "--emulator /bin/sh"; do
	virt-layout boot --print-xml --accel tcg --modules /nowhere $e $SCRATCH/d 2>&1 | grep emulator
done
virt-layout boot --print-xml --emulator /nowhere $SCRATCH/d
virt-layout boot --print-xml --emulator /bin $SCRATCH/d

virt-layout plan --arch aarch64 --node vcpus=1,memory=1GiB --nic e1000e,per-node=1 -o $SCRATCH/arm.xml &&
	virt-layout boot --print-xml --accel tcg --kernel /dev/null $SCRATCH/arm.xml | diff $SCRATCH/arm.xml -

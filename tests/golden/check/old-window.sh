# Before 2.5 the PCI window begins where the memory devices do, so that QEMU 7.2 starts with
# more of <maxMemory> than the CPU's 40 address bits have room for (measured for both types).
for type in pc-i440fx-2.4 pc-i440fx-2.5 pc-q35-2.4 pc-q35-2.5; do
	sed "s/machine='q35'/machine='$type'/; s/>990</>1048576</" tests/domains/memory-address-bits.xml \
		>"$SCRATCH/$type.xml"
	echo "$type:"
	virt-layout check --target libvirt=9.0,qemu=7.2 --only memory-address-bits "$SCRATCH/$type.xml" || true
done
# With the address bits of the host's CPU known, only what they allow is proposed.
virt-layout record 'synthetic:numa:1(memory=64GB) core:2 pu:1' >$SCRATCH/host.xml
sed "s/type='qemu'/type='kvm'/; s/<cpu .*/<cpu mode='host-passthrough'>/; /Westmere/d; s/>990</>2048</" \
	tests/domains/memory-address-bits.xml >$SCRATCH/passthrough.xml
sed "s/type='qemu'/type='kvm'/; s/>990</>2048</" tests/domains/memory-address-bits.xml >$SCRATCH/model.xml
sed "s/type='qemu'/type='kvm'/" tests/domains/mmio64-fit.xml >$SCRATCH/seabios.xml
for bits in 39 46; do
	sed -E "s/(<fact name=\"cpu.address-bits\") .*/\1 value=\"$bits\"\/>/" $SCRATCH/host.xml >$SCRATCH/$bits.xml
	echo "$bits bits:"
	virt-layout check --host $SCRATCH/$bits.xml --only memory-address-bits --only mmio64-fit \
		$SCRATCH/passthrough.xml $SCRATCH/model.xml $SCRATCH/seabios.xml || true
done

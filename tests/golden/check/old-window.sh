# Before 2.5 the PCI window begins where the memory devices do, so that QEMU 7.2 starts with
# more of <maxMemory> than the CPU's 40 address bits have room for (measured for both types).
for type in pc-i440fx-2.4 pc-i440fx-2.5 pc-q35-2.4 pc-q35-2.5; do
	sed "s/machine='q35'/machine='$type'/; s/>990</>1048576</" tests/domains/memory-address-bits.xml \
		>"$SCRATCH/$type.xml"
	echo "$type:"
	virt-layout check --target libvirt=9.0,qemu=7.2 --only memory-address-bits "$SCRATCH/$type.xml" || true
done

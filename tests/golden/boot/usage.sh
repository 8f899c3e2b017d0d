cd $SCRATCH &&
	virt-layout boot
printf "<network/>" > network &&
	virt-layout boot --kernel /dev/null --print-xml network
printf "<domain><os><type arch=\"mips\">hvm</type></os><devices/></domain>" > mips &&
	virt-layout boot --kernel /dev/null --print-xml mips
printf "<domain/>" > empty &&
	virt-layout boot --kernel /dev/null --print-xml empty
virt-layout boot --kernel /nowhere empty
virt-layout boot --kernel /dev/null --time-limit 0 empty
virt-layout boot -o x empty
virt-layout boot --kernel /dev/null missing

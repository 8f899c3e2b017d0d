sed "s/sockets='2' dies='1'/sockets='1' dies='2'/" tests/golden/boot/busy.xml >$SCRATCH/dies.xml
for how in "tcg" "tcg --assign=nested" "kvm"; do
	echo "$how:"
	virt-layout boot --print-xml --accel $how --kernel /dev/null $SCRATCH/dies.xml 2>$SCRATCH/notes | grep -E "dies=|leaf:"
done

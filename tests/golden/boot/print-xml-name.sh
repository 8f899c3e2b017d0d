sed "s/<name>.*<.name>/<name>$(printf "ネ%.0s" 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20)<\/name>/" tests/golden/boot/busy.xml >$SCRATCH/name &&
	virt-layout boot --print-xml --accel tcg --kernel /dev/null $SCRATCH/name 2>&1 | grep -i "name"

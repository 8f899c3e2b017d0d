virt-layout boot --print-xml --assign=nested --accel tcg --kernel /dev/null tests/golden/boot/busy.xml 2>$SCRATCH/notes | grep -A8 "<cpu"
grep cpu: $SCRATCH/notes

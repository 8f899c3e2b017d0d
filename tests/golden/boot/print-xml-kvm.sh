virt-layout boot --print-xml --accel tcg --kernel /dev/null tests/golden/boot/busy.xml 2>/dev/null >$SCRATCH/tcg
virt-layout boot --print-xml --accel kvm --kernel /dev/null --append "x=y" tests/golden/boot/busy.xml | diff $SCRATCH/tcg -

virt-layout boot --print-xml --accel tcg --kernel /dev/null tests/golden/boot/busy.xml

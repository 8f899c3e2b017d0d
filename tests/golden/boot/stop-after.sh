virt-layout boot --stop-after tables --print-xml --accel tcg tests/golden/boot/busy.xml 2>$SCRATCH/notes >$SCRATCH/paused
cat $SCRATCH/notes | grep -E "serial|kernel|initrd|cmdline"
virt-layout boot --print-xml --accel tcg --kernel /dev/null tests/golden/boot/busy.xml 2>/dev/null | diff - $SCRATCH/paused
virt-layout boot --stop-after kernel --print-xml --accel tcg --kernel /dev/null tests/golden/boot/busy.xml 2>/dev/null | grep -c "<kernel>"
for option in "--kernel /dev/null" "--modules /" --shell --assign "--append x" "--copy /bin/sh" "--kmod x" "--compress no"; do
	virt-layout boot --stop-after tables $option tests/golden/boot/busy.xml
done
virt-layout boot --stop-after tables --initrd-only
virt-layout boot --stop-after firmware --kernel /dev/null tests/golden/boot/busy.xml
virt-layout boot --stop-after firmware --print-xml --accel tcg tests/golden/boot/busy.xml 2>$SCRATCH/notes | sed -n '/<os/,/<.os>/p' | sed 's,>/.*/virt-layout-payload,>/LIBEXEC/virt-layout-payload,'
grep -E "serial|kernel|initrd|cmdline" $SCRATCH/notes
# Secure Boot's keys would prevent the program from being started.
virt-layout boot --stop-after firmware --print-xml tests/domains/real/virt-manager-win11.xml 2>$SCRATCH/notes | sed -n '/<firmware>/,/<loader/p'
grep "keys" $SCRATCH/notes
sed "/<firmware>/,/<.firmware>/d" tests/domains/real/virt-manager-win11.xml >$SCRATCH/plain.xml
virt-layout boot --stop-after firmware --print-xml $SCRATCH/plain.xml 2>/dev/null | sed -n '/<loader/,/<.firmware>/p'
virt-layout boot --stop-after nothing tests/golden/boot/busy.xml

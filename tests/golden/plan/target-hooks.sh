cd tests/golden/plan
N="\"virt-layout/node\":\"vcpus=1,memory=1GiB\",\"virt-layout/nic\":\"e1000e,per-node=1\""
T=",\"virt-layout/target\":\"libvirt=9.0,qemu=7.2\""
../../hosts/make-root two-nodes $SCRATCH/h >/dev/null &&
	for m in q35-7.2 q35-8.2 q35-9.2 q35-10.0 q35-11.0 q35-11.1 q35-12.0 i440fx-10.0; do
		sed "s|pc-q35-7.2|pc-$m|" machine.xml > $SCRATCH/a.xml && for t in "" "$T"; do
			virt-layout onDefineDomain --vmi "{\"metadata\":{\"annotations\":{$N$t}}}" --domain @$SCRATCH/a.xml 2>$SCRATCH/said | grep -c expander-bus | sed "s|^|$m: expander buses: |"
			cat $SCRATCH/said
		done
		for v in "9.0.0 7.2" "11.3.0 10.0"; do
			set -- $v
			virt-layout record $SCRATCH/h 2>/dev/null | sed "s|<fact name=.libvirt.version.*|<fact name=\"libvirt.version\" value=\"$1\"/>|; s|<fact name=.qemu.version.*|<fact name=\"qemu.version\" value=\"$2\"/>|" > $SCRATCH/record
			printf "host=%s\nonly=feature-version\nonly=machine-exists\n" $SCRATCH/record > $SCRATCH/conf
			virt-layout hook qemu --config $SCRATCH/conf $m prepare begin - < $SCRATCH/a.xml
			echo "$m on $v: hook: $?"
		done
	done 2>&1
	sed "s|pc-i440fx-10.0|pc-q35-11.0|; s|<devices>|&<emulator>/opt/qemu/bin/qemu-system-x86_64</emulator>|" $SCRATCH/a.xml | virt-layout hook qemu --config $SCRATCH/conf other-qemu prepare begin - 2>&1

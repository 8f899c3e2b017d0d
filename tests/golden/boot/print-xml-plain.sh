# Without --plain the kernel skips what is not compared; the user's own maxcpus= stays.
xml() { virt-layout boot --print-xml --accel tcg --kernel /dev/null "$@" tests/golden/boot/busy.xml 2>/dev/null | grep cmdline; }
xml --plain
xml --append "maxcpus=2 x=y"
xml --append "x=y nosmp"
xml --append "x=maxcpus=2"
xml --plain --append "maxcpus=2"
virt-layout boot --plain --stop-after firmware tests/golden/boot/busy.xml

# Firmware for Secure Boot, but without enrolled keys: it would start only what was signed
# with them.
virt-layout plan --target libvirt=10.0,qemu=8.2 --node vcpus=1,memory=256MiB \
	--firmware efi-secure -o "$SCRATCH/secure.xml" &&
	virt-layout boot --print-xml --kernel /dev/null "$SCRATCH/secure.xml" |
	sed -n '/<os/,/<\/os>/p'

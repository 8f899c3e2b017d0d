# Firmware for Secure Boot, but none whose owner enrolled keys: it starts only what they
# signed.
virt-layout plan --target libvirt=10.0,qemu=8.2 --node vcpus=1,memory=256MiB \
	--firmware efi-secure -o "$SCRATCH/secure.xml" &&
	virt-layout boot --print-xml --kernel /dev/null "$SCRATCH/secure.xml" |
	sed -n '/<os/,/<\/os>/p'

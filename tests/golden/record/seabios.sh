tests/hosts/make-root two-nodes $SCRATCH/h && mkdir -p $SCRATCH/h/usr/share/seabios $SCRATCH/h/var/lib/dpkg &&
	for before in '\000' '\220' x; do
		printf "ab${before}1.16.3-debian-1.16.3-2\\000" > $SCRATCH/h/usr/share/seabios/bios-256k.bin &&
			virt-layout record $SCRATCH/h | grep firmware.seabios
	done &&
	printf 'Package: seabios\nStatus: install ok installed\nVersion: 1.17.0-1\n\n' > $SCRATCH/h/var/lib/dpkg/status &&
	virt-layout record $SCRATCH/h | grep firmware.seabios

tests/hosts/make-root two-nodes $SCRATCH/h && mkdir -p $SCRATCH/h/usr/share/OVMF $SCRATCH/h/usr/share/seabios &&
	touch $SCRATCH/h/usr/share/OVMF/OVMF_CODE_4M.fd $SCRATCH/h/usr/share/OVMF/README $SCRATCH/h/usr/share/seabios/bios.bin &&
	virt-layout record $SCRATCH/h | grep firmware.files &&
	mv $SCRATCH/h/usr/share/OVMF $SCRATCH/h/usr/share/other && ln -s other $SCRATCH/h/usr/share/OVMF &&
	virt-layout record $SCRATCH/h | grep firmware.files

# hwloc needs a time that grows with the square of the PCI functions below one object.
seed=tests/fuzz/corpus/hwloc-xml/uma.xml
try() { # FUNCTIONS
	awk -v n="$1" '/type="PCIDev"/ && !done { for (i = 0; i < n; i++) printf "<object type=\"PCIDev\" gp_index=\"%d\" pci_busid=\"0001:%02x:%02x.%d\" pci_type=\"0200 [8086:10fb] [8086:0001] 01\" pci_link_speed=\"0\"/>\n", 1000 + i, i / 256, i / 8 % 32, i % 8; done = 1 } { print }' "$seed" > $SCRATCH/many.xml
	virt-layout topology $SCRATCH/many.xml 2>&1 >/dev/null | sed "s/many.xml:[0-9]*/many.xml/"
	echo "status ${PIPESTATUS[0]}"
}
try 200
try 9000

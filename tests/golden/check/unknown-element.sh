for place in 0x1f,0 0x1f,3 0x05,0 0x99,0; do
	for element in foo hub; do
		echo "$element at $place"
		nic='<interface type="user"><address type="pci" bus="0" slot="0x05"/></interface>'
		address="<address type=\"pci\" bus=\"0\" slot=\"${place%,*}\" function=\"${place#*,}\"/>"
		sed "s|<memballoon|$nic<$element type=\"usb\">$address</$element>&|" \
			tests/domains/address-type-near.xml > $SCRATCH/a.xml
		virt-layout check --only pci-address-dup --only value-malformed $SCRATCH/a.xml 2>&1 |
			grep -E "pci-address|value-mal"
		virt-layout check $SCRATCH/a.xml > $SCRATCH/o 2>&1
		echo "status $?"
	done
done

# The content of <metadata> exceeds our limits, but the rest is checked, even with a fake
# end tag, and with the lines of the file.
domain() { # CONTENT OF METADATA
	printf '%s\n' "<domain type='kvm'><name>x</name><memory>1</memory><vcpu>2</vcpu>" \
		"<metadata><a:b xmlns:a='urn:x'>" "$1" "</a:b></metadata>" \
		"<os><type arch='x86_64' machine='q35'>hvm</type></os>" "<features><acpi/></features>" \
		"<cpu><numa><cell id='0' cpus='0-1' memory='1'/><cell id='0' cpus='1' memory='1'/></numa></cpu>" \
		"</domain>"
}
target=libvirt=10.0,qemu=8.2
deep=$(printf '<c>%.0s' {1..300})'<!-- </metadata> -->'$(printf '</c>%.0s' {1..300})
crowded="<c $(printf "a%d='>' " {1..1001})/>"
domain "$deep" | virt-layout check --target $target -
domain "$crowded" | virt-layout check --target $target -
domain "<c/>" | virt-layout check --target $target -
domain "$crowded" | sed 's/^<features>/<features a="1">&/' | virt-layout check --target $target -
domain "" | sed "s,<acpi/>,$crowded," | virt-layout check --target $target -
domain "$deep" | virt-layout check --fix --target $target -

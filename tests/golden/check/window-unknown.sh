# What mmio64-fit depends on and does not know, and what gives it.
try() { # CPU TARGET [SOURCE]
	sed "s/type='qemu'/type='kvm'/; /<cpu/,/<\/cpu>/c $1" tests/domains/mmio64-fit--${3:-efi}.xml >$SCRATCH/a.xml
	virt-layout check --only mmio64-fit --target "libvirt=12.9,qemu=11.1$2" $SCRATCH/a.xml 2>&1 | grep a.xml
}
limited="<cpu mode='host-passthrough'><maxphysaddr mode='emulate' bits='48'\/><\/cpu>"
try "<cpu mode='host-passthrough'\/>"
try "<cpu mode='host-passthrough'\/>" ,firmware=edk2-2025.02
try "<cpu mode='host-passthrough'\/>" ,firmware=edk2-2024.05
try "$limited" ,firmware=edk2-2022.11
try "<cpu mode='custom'><model>Newest<\/model><maxphysaddr mode='emulate' bits='44'\/><\/cpu>" ,firmware=edk2-2022.11
try "<cpu mode='host-passthrough'><maxphysaddr mode='emulate'\/><\/cpu>" ,firmware=edk2-2025.02
try "<cpu mode='host-passthrough'\/>" "" option

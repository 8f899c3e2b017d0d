# Large BARs get the address bits that they need; the result passes the check, and planning
# it again changes nothing. If it is not known whether the CPU can have them, the domain keeps its own.
cd tests/domains
try() { # FILE OPTION...
	virt-layout plan --domain "$@" --node vcpus=2,memory=1GiB >$SCRATCH/a.xml 2>$SCRATCH/err || cat $SCRATCH/err
	grep -E "maxphysaddr" $SCRATCH/a.xml || echo none
	virt-layout check --only mmio64-fit $SCRATCH/a.xml 2>&1 | sed "/^target/d"
	shift
	virt-layout plan --domain $SCRATCH/a.xml "$@" --node vcpus=2,memory=1GiB 2>/dev/null | cmp - $SCRATCH/a.xml
}
try mmio64-fit.xml
try mmio64-fit--efi.xml
sed "s/type='qemu'/type='kvm'/" mmio64-fit--efi.xml >$SCRATCH/kvm.xml
try $SCRATCH/kvm.xml # the host's CPU is not known
(virt-layout plan --arch aarch64 --type qemu --target libvirt=12.9,qemu=11.1 --node vcpus=2,memory=1GiB | sed "/<devices>/a <shmem name='large'><model type='ivshmem-plain'/><size unit='GiB'>1024</size></shmem>") >$SCRATCH/virt.xml 2>/dev/null
try $SCRATCH/virt.xml --target libvirt=12.9,qemu=11.1

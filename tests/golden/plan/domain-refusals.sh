cd tests/golden/plan &&
	A="--node vcpus=2,memory=1GiB --nic e1000e,per-node=1"
virt-layout plan --domain i440fx.xml $A
virt-layout plan --domain full-root.xml $A
virt-layout plan --domain full-root.xml $A --node vcpus=2,memory=1GiB
virt-layout plan --domain full-window.xml --nic e1000e,per-node=3
virt-layout plan --domain clash.xml $A
virt-layout plan --domain full-root.xml --nic e1000e,per-node=1
virt-layout plan --domain ../../domains/real/nested-2017.xml $A
virt-layout plan --domain full-root.xml --host nowhere
virt-layout plan --diff --node vcpus=1,memory=1GiB
virt-layout plan --domain file.xml $A
for machine in pc-q35 Q35 microvm; do
	sed "s|pc-q35-7.2|$machine|" machine.xml | virt-layout plan --domain - $A --target libvirt=12.9,qemu=11.1
done

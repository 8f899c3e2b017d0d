virt-layout plan --node vcpus=280,memory=1GiB --type qemu
virt-layout plan --node vcpus=280,memory=1GiB --type qemu --target qemu=9.0 | grep -A1 "<iommu model='intel'>"
virt-layout plan --node vcpus=280,memory=1GiB --type qemu --target libvirt=12.9,qemu=11.1 -o $SCRATCH/w.xml && virt-layout plan --domain $SCRATCH/w.xml | cmp - $SCRATCH/w.xml && echo same
virt-layout plan --node vcpus=280,memory=1GiB --iommu none --target libvirt=10.10
virt-layout plan --node vcpus=280,memory=1GiB --iommu none --target libvirt=10.9
virt-layout plan --node vcpus=280,memory=1GiB | virt-layout plan --domain - --iommu none --target libvirt=12.9,qemu=11.1
sed "s|<vcpu>1<|<vcpu>280<|" tests/golden/plan/machine.xml | virt-layout plan --domain - --predict --target libvirt=12.9,qemu=11.1 | grep -A3 '^IOMMU'

A=tests/golden/check/arm-bios.xml
sed "s/q35/pc-q35-3.1/; /index=.1/d; s|<devices>|<features><acpi/></features><devices>|" tests/golden/check/dup-index.xml >$SCRATCH/old.xml
sed "s|<os>|<os firmware='efi'>|" tests/golden/check/dup-index.xml | sed "/index=.1/d" >$SCRATCH/efi.xml
virt-layout plan --domain $A --iommu smmuv3 || virt-layout plan --domain $A --general-ports 1 --diff
virt-layout plan --domain $SCRATCH/old.xml --iommu intel || sed "s|<devices>|<!-- virt-layout: ignore machine-version old --><devices>|; s|<domain|<!-- virt-layout: ignore machine-version old --><domain|" $SCRATCH/old.xml | virt-layout plan --domain - --iommu intel --diff
virt-layout plan --domain $SCRATCH/efi.xml --node vcpus=1,memory=1GiB --diff

# i440fx's own functions, which no element of the domain names; power management exists
# only with ACPI, and SATA is a separate card.
virt-layout topology tests/boot/pc-plain.xml
sed "s,<acpi/>,," tests/boot/pc-plain.xml >$SCRATCH/no-acpi.xml
virt-layout topology $SCRATCH/no-acpi.xml

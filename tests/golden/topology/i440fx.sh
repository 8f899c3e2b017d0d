# i440fx's own functions, which no element of the domain names; the power management is
# there for ACPI alone, and SATA is a card of its own.
virt-layout topology tests/boot/pc-plain.xml
sed "s,<acpi/>,," tests/boot/pc-plain.xml >$SCRATCH/no-acpi.xml
virt-layout topology $SCRATCH/no-acpi.xml

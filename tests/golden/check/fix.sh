virt-layout check --fix tests/domains/iommu-intremap-ioapic.xml

# A host without a domain: what it has, and whether it can assign devices.
cd tests/golden/check
virt-layout check --host no-iommu.host
echo "status $?"
virt-layout check --json-lines --host no-iommu.host
sed 's/<iommu [^>]*>/<iommu table="yes" enabled="yes" remapping="no" address-bits="46"\/>/' no-iommu.host > $SCRATCH/no-remapping.xml
cd $SCRATCH
virt-layout check --host no-remapping.xml
sed 's/remapping="no"/remapping="yes"/' no-remapping.xml > good.xml
virt-layout check --host good.xml
echo "status $?"
virt-layout check --fix --host good.xml

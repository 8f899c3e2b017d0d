# A planned domain whose cells or IOMMU were changed afterwards: check names the change, and
# planning again records the domain as it is. A plan of an older version, which does not
# record them, is left as it is.
. tests/golden/plan/drift-again.bash
virt-layout plan --name d --node vcpus=2,memory=1GiB --node vcpus=2,memory=1GiB --device e1000e,per-node=1 --iommu intel --target libvirt=10.0,qemu=8.2 > $SCRATCH/d.xml
cd $SCRATCH
sed -n '/<plan/,/<\/plan>/p' d.xml
virt-layout check --only plan-drift d.xml
echo "planned: $?"
numa() {
	sed "/<numa>/,/<\/numa>/$1" d.xml
}
numa "s/'0-1'/'0-2'/; /<numa>/,/<\\/numa>/s/'2-3'/'3'/" > cpus.xml
numa "s/1048576/524288/" > memory.xml
numa "s/cpus='2-3' memory='1048576' unit='KiB'\/>/cpus='2-3' memory='1048576' unit='KiB'><distances><sibling id='0' value='31'\/><\/distances><\/cell>/" > distances.xml
numa "s/^ *<\/numa>/<cell id='2' memory='524288'\/>&/" > added.xml
numa "s/'0-1'/'0-3'/; /<numa>/,/<\\/numa>/{/id='1'/d}; s/<node>1</<node>0</" > removed.xml
sed "s/<driver intremap='on'/& aw_bits='39'/" d.xml > width.xml
sed "/<iommu model='intel'>/,/<\/iommu>/d" d.xml > none.xml
sed '/<plan/,/<\/plan>/{/<cell/d; /<iommu/d}' cpus.xml > old.xml
plan_again cpus memory distances added removed width none old
virt-layout plan --domain none.xml --iommu virtio > virtio.xml
sed -n '/<plan/,/<\/plan>/p' virtio.xml
virt-layout check --only plan-drift virtio.xml

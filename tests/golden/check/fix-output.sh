D=tests/domains/iommu-intremap-ioapic.xml
virt-layout check --fix $D -o $SCRATCH/a.xml; virt-layout check --fix $D 2>$SCRATCH/err | cmp - $SCRATCH/a.xml && echo same
cp $D $SCRATCH/b.xml && virt-layout check --fix $SCRATCH/b.xml -o $SCRATCH/b.xml 2>$SCRATCH/err; cmp $SCRATCH/a.xml $SCRATCH/b.xml && echo same
virt-layout check $D -o $SCRATCH/c.xml
virt-layout check --in-place $SCRATCH/b.xml -o $SCRATCH/c.xml
virt-layout check --fix $D -o ""
virt-layout check --fix $D -o $SCRATCH/no/c.xml
ls $SCRATCH

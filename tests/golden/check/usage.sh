virt-layout check
virt-layout check --only nonsense x
virt-layout check missing.xml
virt-layout check --fix a b
virt-layout check -j 0 x

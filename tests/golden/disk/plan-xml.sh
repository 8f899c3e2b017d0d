virt-layout disk plan tests/disks/layout.xml --seed 1 -o NR,NAME,TYPE,START,END,SIZE,WASTE,ALIGN,ATTRIBUTES,UUID

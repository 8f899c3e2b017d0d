virt-layout disk plan tests/disks/layout.xml --size 1GiB

virt-layout disk plan tests/disks/bad.xml

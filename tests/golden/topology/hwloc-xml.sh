virt-layout topology tests/fuzz/corpus/hwloc-xml/two-nodes.xml

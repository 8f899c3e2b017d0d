virt-layout topology tests/golden/topology/transitional.xml

virt-layout check -J --only port-chassis-dup --only pin-online tests/domains/port-chassis-dup.xml

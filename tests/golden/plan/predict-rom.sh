virt-layout plan --domain tests/golden/plan/rom.xml --predict | grep "I/O"

TOP=$PWD
cd $SCRATCH &&
	cp $TOP/tests/golden/plan/smmu.xml a.xml &&
	virt-layout plan --domain a.xml --nic e1000e,node=1 -o b.xml &&
	diff a.xml b.xml
virt-layout plan --domain b.xml --nic e1000e,node=1 --diff

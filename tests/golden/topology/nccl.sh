N=tests/fuzz/corpus/nccl
virt-layout topology $N/vendor.xml &&
	virt-layout topology --matrix $N/vendor.xml &&
	virt-layout topology --matrix $N/odd.xml &&
	virt-layout verify $N/vendor.xml $N/vendor.xml
virt-layout verify $N/vendor.xml $N/odd.xml

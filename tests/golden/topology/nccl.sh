N=tests/fuzz/corpus/nccl
virt-layout topology $N/vendor.xml &&
	virt-layout topology --matrix $N/vendor.xml &&
	virt-layout topology --matrix $N/odd.xml &&
	virt-layout verify $N/vendor.xml $N/vendor.xml
virt-layout verify $N/vendor.xml $N/odd.xml
# The files leave root ports out: a device directly below <cpu> has a link as well.
cat >$SCRATCH/direct.xml <<X
<system version="1"><cpu numaid="0" affinity="0f">
<pci busid="0000:01:00.0" class="0x030200" link_speed="32.0 GT/s PCIe" link_width="16"><gpu/></pci>
<pci busid="0000:02:00.0" class="0x020700" link_speed="16.0 GT/s PCIe" link_width="16"><nic/></pci>
</cpu></system>
X
virt-layout topology --matrix -n -o name,link $SCRATCH/direct.xml && virt-layout topology --matrix -J $SCRATCH/direct.xml | grep slowest

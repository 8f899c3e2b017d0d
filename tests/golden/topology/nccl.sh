N=tests/fuzz/corpus/nccl
virt-layout topology $N/vendor.xml &&
	virt-layout topology --matrix $N/vendor.xml &&
	virt-layout topology --matrix $N/odd.xml &&
	virt-layout verify $N/vendor.xml $N/vendor.xml
virt-layout verify $N/vendor.xml $N/odd.xml
echo "status $?"
# The files leave root ports out: a device directly below <cpu> has a link as well.
cat >$SCRATCH/direct.xml <<X
<system version="1"><cpu numaid="0" affinity="0f">
<pci busid="0000:01:00.0" class="0x030200" link_speed="32.0 GT/s PCIe" link_width="16"><gpu/></pci>
<pci busid="0000:02:00.0" class="0x020700" link_speed="16.0 GT/s PCIe" link_width="16"><nic/></pci>
</cpu></system>
X
virt-layout topology --matrix -n -o name,link $SCRATCH/direct.xml && virt-layout topology --matrix -J $SCRATCH/direct.xml | grep slowest
# Files of cloud vendors leave out even the class, which is then unknown.
cat > $SCRATCH/bare.xml <<'EOF'
<system version="1"><cpu numaid="0" affinity="3"><pci busid="0000:00:16.0"/>
<pci busid="0000:00:17.0"><gpu dev="0"/></pci><pci busid="0000:00:18.0" class="0x000000"/></cpu></system>
EOF
virt-layout topology -o NAME,WHAT $SCRATCH/bare.xml
# A device without a <pci>, and hosts that share an NVLink network.
cat > $SCRATCH/several.xml <<'EOF'
<system version="1"><cpu host_hash="0x1" numaid="0" affinity="3"><pci busid="0000:01:00.0" class="0x030200"/>
<nic><net name="bond0"/></nic></cpu>
<cpu host_hash="0x2" numaid="0" affinity="ff"><pci busid="0000:01:00.0" class="0x030200"/><nic/></cpu></system>
EOF
virt-layout topology -o NAME,WHAT $SCRATCH/several.xml 2>&1 | sed "s|$SCRATCH/||"
# A machine without NUMA.
cat > $SCRATCH/flat.xml <<'EOF'
<system version="1"><cpu numaid="-1" affinity="f"><pci busid="0000:01:00.0" class="0x030200"/></cpu></system>
EOF
virt-layout topology -o NAME,WHAT $SCRATCH/flat.xml 2>&1 | sed "s|$SCRATCH/||"
sed 's|</system>|<cpu numaid="1" affinity="30"/></system>|' $SCRATCH/flat.xml > $SCRATCH/stray.xml
virt-layout topology -o NAME,WHAT $SCRATCH/stray.xml 2>&1 | sed "s|$SCRATCH/||"

tests/hosts/make-root hgx $SCRATCH/h &&
	for per in "" "--per node"; do
		virt-layout plan --like $SCRATCH/h $per -o $SCRATCH/plan.xml &&
		virt-layout topology --matrix -n --class gpu -o name,paths $SCRATCH/plan.xml
	done
# Assigned devices are below their switches too, with an IOMMU, each in a group of its own.
N="--node vcpus=2,memory=2GiB"
P="virt-layout plan --host $SCRATCH/h $N $N --hostdev 13:00.0,node=0 --hostdev 15:00.0,node=0 --hostdev a3:00.0,node=1 --hostdev a7:00.0,node=1"
$P -o $SCRATCH/plan.xml && grep "<iommu \|pcie-switch" $SCRATCH/plan.xml &&
	virt-layout topology --matrix -n $SCRATCH/plan.xml && virt-layout check --host $SCRATCH/h --only switch-split --only path-worse --only port-no-acs $SCRATCH/plan.xml
$P --domain $SCRATCH/plan.xml --diff && virt-layout plan --domain $SCRATCH/plan.xml --host $SCRATCH/h --diff
virt-layout plan --domain $SCRATCH/plan.xml --predict | grep "^  0000.* 0000"
$P --per node 2>/dev/null | grep -c pcie-switch
# Without shared switches, a note tells that root complexes share a bus, unless --per says so.
tests/hosts/make-root gb200 $SCRATCH/gb &&
	for per in "" "--per node" "--per root-complex"; do
		virt-layout plan --like $SCRATCH/gb --arch aarch64 $per 2>&1 >/dev/null | grep "root complexes\|neither"
	done
# The functions of one device, also virtual ones in other slots, need no path between them.
tests/hosts/make-root sriov $SCRATCH/vf && virt-layout record $SCRATCH/vf 2>/dev/null |
	sed 's/acs="none".*acs-on=""/acs="on" acs-can="request-redirect" acs-on="request-redirect"/' > $SCRATCH/vf.xml
virt-layout plan --host $SCRATCH/vf.xml $N $N --hostdev 81:10.0,node=0 --hostdev 82:00.2,node=0 -o $SCRATCH/plan.xml &&
	sed "s/bus='0x81' slot='0x10'/bus='0x81' slot='0x00'/" $SCRATCH/plan.xml > $SCRATCH/physical.xml &&
	virt-layout topology --matrix -n $SCRATCH/plan.xml && for domain in plan physical; do
		virt-layout check --host $SCRATCH/vf.xml --only path-worse --only acs-redirects $SCRATCH/$domain.xml
	done

# A planned domain that was changed afterwards: check names what moved, and planning again
# records where it is.
. tests/golden/plan/drift-again.bash
virt-layout plan --name d --node vcpus=2,memory=1GiB --node vcpus=2,memory=1GiB --device e1000e,per-node=1 --device virtio-net,node=1 --target libvirt=10.0,qemu=8.2 > $SCRATCH/d.xml
cd $SCRATCH
virt-layout check --only plan-drift d.xml
echo "planned: $?"
sed '/pcie-expander-bus/,/<\/controller>/s/<node>1</<node>0</' d.xml > cell.xml
sed "s/<target busNr='\([0-9]*\)0'/<target busNr='\11'/; s/<target busNr='\([0-9]*\)5'/<target busNr='\14'/" d.xml > number.xml
sed '/<interface/,/<\/interface>/d' d.xml > none.xml
plan_again cell number none
virt-layout plan --domain d.xml --node vcpus=2,memory=1GiB --node vcpus=2,memory=1GiB --device e1000e,per-node=3 --general-ports 8 > more.xml
virt-layout check --only plan-drift more.xml
echo "more devices: $?"

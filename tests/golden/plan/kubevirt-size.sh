# KubeVirt sizes the pod for the VMI: nodes may not add up to more memory or vCPUs.
hook() {
	sed "$1" docs/kubevirt/vmi.json > $SCRATCH/vmi.json
	virt-layout onDefineDomain --vmi @$SCRATCH/vmi.json --domain @docs/kubevirt/domain.xml > $SCRATCH/out.xml
	echo status $?
	cmp -s $SCRATCH/out.xml docs/kubevirt/domain.xml && echo unchanged
}
lax='s/"virt-layout.strict": "true"/"a": "b"/'
hook "s/memory=1GiB/memory=1GiB/"
hook "s/memory=1GiB/memory=3GiB/"
hook "s/memory=1GiB/memory=3GiB/;$lax"
hook "s/memory=1GiB/memory=512MiB/g"
hook "s/vcpus=2/vcpus=4/;$lax"
hook "s/vcpus=2/vcpus=1/"

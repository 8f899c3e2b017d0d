# Annotations that need another one, and values that are wrong; those of hook.conf name the file.
try() {
	virt-layout onDefineDomain --vmi "{\"metadata\":{\"annotations\":{$1}}}" --domain @docs/kubevirt/domain.xml 2>&1 >$SCRATCH/out.xml | grep -v "^virt-layout: target"
	cmp -s $SCRATCH/out.xml docs/kubevirt/domain.xml && echo unchanged
}
for a in cpus-per-node:1 memory-per-node:1GiB mirror:none hmat:true per:root-complex iommufd:yes hmat:false target:installed; do
	try "\"virt-layout/${a%:*}\":\"${a#*:}\""
done
try '"virt-layout/locality":"0000:80-ff=1"'
cd $SCRATCH
for line in host=none/such locality=x ignore=such time-limit=21; do
	printf "host=none\n$line\n" >hook.conf
	virt-layout hook qemu --config hook.conf g prepare begin - <out.xml
done

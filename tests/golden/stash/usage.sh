cd $SCRATCH &&
	printf "<domain><a/></domain>" > a.xml &&
	virt-layout stash a.xml
virt-layout stash a.xml //b
virt-layout stash a.xml "//a["
virt-layout stash --text a.xml a.xml
virt-layout stash --in-place - //a
virt-layout stash --name "a b" a.xml //a
virt-layout unstash a.xml
virt-layout unstash a.xml b
virt-layout unstash --text b a.xml
virt-layout unstash --list --in-place a.xml
virt-layout stash a.xml //a -o none/such
cat a.xml
ls

cd $SCRATCH &&
	printf "<domain>
  <name>a</name>
</domain>
" > a.xml &&
	cp a.xml b.xml &&
	printf "<broken> & ]]> text" > text &&
	virt-layout stash --in-place --text text --name note a.xml &&
	cat a.xml &&
	virt-layout unstash --text note a.xml &&
	virt-layout unstash --text note --in-place -o back a.xml &&
	cmp back text &&
	cmp a.xml b.xml

D=tests/fuzz/corpus/stash/unbound-prefix.xml
virt-layout stash $D "//metadata/*[2]" | virt-layout unstash - | cmp - $D &&
	echo the same

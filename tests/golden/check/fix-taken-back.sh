cp tests/golden/check/*.xml $SCRATCH &&
	cd $SCRATCH &&
	for f in *.xml; do
		cp $f was
		virt-layout check --fix $f >out
		cmp out was && virt-layout check --in-place $f
		cmp $f was && echo $f is unchanged
	done

D=$PWD/tests/domains/controller-index-range.xml
cd $SCRATCH &&
	r() { virt-layout "$@" > o 2>&1; echo "$? $* | $(grep -v "target: " o | head -n 1)"; }
for n in 256 300 5000 99999999 4294967295; do
	sed "s/256/$n/; /<acpi/d" $D > i.xml && sed "/256/d; s/busNr=.200./busNr=\"$n\"/" $D > b.xml && for f in i.xml b.xml; do
		r topology $f
		r topology --json $f
		r topology --svg o.svg $f
		r verify $f synthetic:2
		r verify synthetic:2 $f
		r plan --like $f
		r plan --domain $f --general-ports 3
		r check $f
		r check --host $f i.xml
		r check --fix $f
		r check --fix --in-place $f
	done
done

# Several L3 caches in a package are not kept, and a note tells so.
tests/hosts/make-root mi300x $SCRATCH/h && virt-layout plan --like $SCRATCH/h --per node 2>&1 >$SCRATCH/d.xml | grep L3
grep topology $SCRATCH/d.xml
# Those of a guest of another architecture are not known.
virt-layout plan --like $SCRATCH/h --arch aarch64 --per node 2>&1 >/dev/null | grep L3

cd $SCRATCH &&
	d() { for i in $(seq $1); do echo "<interface type=\"user\"><mac address=\"52:54:00:00:00:01\"/></interface>"; done | sed "1s/^/<domain><memory>1048576<\/memory><os><type arch=\"x86_64\" machine=\"q35\">hvm<\/type><\/os><devices>/; \$s/\$/<\/devices><\/domain>/" > d.xml; }
r() { virt-layout check --only mac-dup --fail-on warning "$@" d.xml; }
d 101
r | tail -n 1
d 103
r > out
echo "exit status $?"
tail -n 2 out
r --json > known
grep -A 7 more known
grep warnings known
r --json-lines | tail -n 1
r --sarif | grep "more like"
r --baseline known
echo "exit status $?"
d 104
r --baseline known
echo "exit status $?"

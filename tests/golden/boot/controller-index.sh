cd $SCRATCH
touch kernel
for n in 256 300 4294967295; do
	sed "s/index='256'/index='$n'/" "$OLDPWD/tests/domains/controller-index-range.xml" > a.xml
	virt-layout boot --assign --accel tcg --kernel kernel a.xml
	echo "status $?"
done

# A Windows shell writes UTF-16 with a byte order mark, in either order; XML with such a
# declaration, or without a mark, is read too. Truncated input is rejected.
seed=tests/fuzz/corpus/hwloc-xml/uma.xml
iconv -f UTF-8 -t UTF-16LE "$seed" | { printf '\377\376'; cat; } > $SCRATCH/le.xml
sed 's/UTF-8/UTF-16/' "$seed" | iconv -f UTF-8 -t UTF-16BE | { printf '\376\377'; cat; } > $SCRATCH/be.xml
iconv -f UTF-8 -t UTF-16LE "$seed" > $SCRATCH/le-no-mark.xml
iconv -f UTF-8 -t UTF-16BE "$seed" > $SCRATCH/be-no-mark.xml
head -c 301 $SCRATCH/le.xml > $SCRATCH/short.xml
for file in $SCRATCH/le.xml $SCRATCH/be.xml $SCRATCH/le-no-mark.xml $SCRATCH/be-no-mark.xml $SCRATCH/short.xml; do
	virt-layout topology -o NAME,WHAT $file
	echo "status $?"
done

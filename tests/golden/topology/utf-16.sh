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
# iconv converts the bytes, but not what the declaration says.
iconv -f UTF-16 -t UTF-8 $SCRATCH/be.xml > $SCRATCH/declares.xml
{ printf '\357\273\277'; cat $SCRATCH/declares.xml; } > $SCRATCH/marked.xml
head -1 $SCRATCH/declares.xml
for file in declares.xml marked.xml; do
	virt-layout topology -o NAME,WHAT $SCRATCH/$file
done
# UTF-32 too; what is not XML at all is named.
iconv -f UTF-8 -t UTF-32 "$seed" > $SCRATCH/32.xml
iconv -f UTF-8 -t UTF-32BE "$seed" > $SCRATCH/32be.xml
> $SCRATCH/empty.xml
printf 'PK\003\004 and more' > $SCRATCH/zip.xml
tar cf $SCRATCH/host.tar "$seed"
for file in 32.xml 32be.xml empty.xml zip.xml host.tar; do
	virt-layout topology -o NAME,WHAT $SCRATCH/$file 2>&1 | sed "s|$SCRATCH/||; s|; SOURCE must.*||"
done

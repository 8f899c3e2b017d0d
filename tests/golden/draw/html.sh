# The page: one file that loads nothing, with frames that fold, and hostile names escaped.
tests/hosts/make-root switches $SCRATCH/h
virt-layout draw --ids --host $SCRATCH/h tests/golden/draw/pinned.xml -o $SCRATCH/page.html
sed '/<style>/,/<\/style>/d; /^<script>/,/^<\/script>/d' $SCRATCH/page.html
echo "loads: $(grep -oE '(src|href)="[^#][^"]*"|url\(|@import|fetch\(|XMLHttp' $SCRATCH/page.html | wc -l)"
virt-layout draw --ids -O html $SCRATCH/h | cmp - <(virt-layout draw --ids -O html $SCRATCH/h)

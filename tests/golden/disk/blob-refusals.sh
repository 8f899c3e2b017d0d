cd $SCRATCH && printf x > spl && : > empty && truncate -s 200K long
try() { virt-layout disk create -s 64MiB -p size=8MiB "$@" x.img; ls x.img 2> /dev/null; }
try --blob spl=8KiB
try --blob long=900KiB
try --blob spl=33KiB --blob long=32KiB
try --blob spl=64MiB
try --blob spl=33001B
try --blob empty=32KiB
try --blob missing=32KiB
try -l dos --entries 4
try -l dos --blob spl=0B
try --entries 56 --blob spl=8KiB --blob long=40KiB
virt-layout disk check x.img

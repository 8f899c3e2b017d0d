cd $SCRATCH && mkdir -p repart.d/20-root.conf.d other
write() { printf '[Partition]\n%b' "$2" > $1; }
write repart.d/10-esp.conf 'Type=esp\nSizeMinBytes=64M\nSizeMaxBytes=64M\n'
write repart.d/20-root.conf 'Type=root\nWeight=3000\nSizeMinBytes=100M\n'
write repart.d/20-root.conf.d/a.conf 'Label=a \\\n  b\nNoAuto=yes\n'
write repart.d/30-root.conf 'Type=root\nPriority=5\nSizeMinBytes=1G\nGrowFileSystem=no\n'
write repart.d/40-swap.conf '# comment\nType=swap\nX-Mine=1\nSizeMaxBytes=1.5M 512K\nSizeMinBytes=5000\nReadOnly=yes\nFlags=5\n'
write other/20-root.conf 'Type=srv\n'
write other/50-srv.conf 'Type=srv\n'
S=750b6cd5-c4ae-4012-a15e-7be3c29e6a47
plan="virt-layout disk plan --definitions repart.d --definitions other --architecture arm64"
$plan -s 1GiB --seed $S -o NR,NAME,TYPE,START,END,ATTRIBUTES,UUID
$plan -s 1GiB --write-definitions written
$plan -s 4000003KiB --repart-version 252 --write-definitions written && head -30 written/*
$plan -m -n
virt-layout disk plan -s 4GiB -p size=512MiB,type=esp,name='50% off' -p type=root-arm64,attribute=growfs --write-definitions plain && cat plain/*
